"""Reads documents into drafts, one file per form; what a reading gives is in `reading.py`."""
