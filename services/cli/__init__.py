"""The `newswire` command: speaks HTTP to the services; `up` runs all of them. Start with `main.py`."""
