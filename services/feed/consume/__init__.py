"""Reads the event stream and hands each event to feeds and to deliveries until its effects are stored.

Start with `subscriptions.py`; `batch.py` decides what becomes of an event that fails.
"""
