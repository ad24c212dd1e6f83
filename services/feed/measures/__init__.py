"""What the processes count and time while they work, kept together in Redis.

Start with `tally.py`; `histogram.py` says how durations are kept so that they can be added up.
"""
