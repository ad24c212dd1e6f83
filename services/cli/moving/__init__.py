"""Moves everything that is stored from one Redis to another. Start with `moving.py`."""
