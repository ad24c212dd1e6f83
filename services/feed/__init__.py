"""Gives articles out: consumes events, serves feeds, sends webhooks, shows the backlog. See `app.py`."""
