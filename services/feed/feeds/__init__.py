"""Feeds for readers: which articles they hold, their bytes in each format, their pages.

Start with `index.py` (events in), `renditions.py` (bytes out) and `routes.py` (over HTTP).
"""
