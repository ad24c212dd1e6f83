"""The `newswire` command: HTTP to the services, and all of them on one machine. Start with `main.py`."""
