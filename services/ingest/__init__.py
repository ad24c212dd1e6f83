"""Takes articles in: reads documents, accepts articles, publishes their events. Start with `app.py`."""
