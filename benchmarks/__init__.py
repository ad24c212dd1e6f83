"""Speed measured beside its limit and its peers, in the same run. Start with `__main__.py`."""
