"""Real processes under load while everything around them fails: `make faults`. Start with `__main__.py`."""
