"""Looks at the machine, at Redis and at the services, and says what to do. Start with `examination.py`."""
