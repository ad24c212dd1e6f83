"""Reads the event stream and hands each event to feeds and to deliveries until its effects are stored.

Start with `subscriptions.py`; `batch.py` decides what becomes of an event that fails, and
`reclaiming.py` takes up what a process that died had in hand.
"""
