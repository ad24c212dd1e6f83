"""All of Newswire on one machine: the embedded Valkey, the services, the demo partner. Start with `up.py`."""
