"""Gives articles out: consumes events, serves feeds, delivers webhooks, shows the backlog. Start with `app.py`."""
