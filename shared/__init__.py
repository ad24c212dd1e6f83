"""What both services must agree on: the article, its events, the names in Redis, and how a process behaves.

Start with `article.py` and `events.py`, then `keys.py`. Nothing here imports a service.
"""
