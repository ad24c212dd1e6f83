"""The `newswire` command: talks to the services over HTTP, and `up` runs all of them. Start with `main.py`."""
