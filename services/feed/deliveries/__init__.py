"""Signed webhooks for partners: who gets what, the queue of each endpoint, and the sending.

The way of an event: `intake.py` → `matching.py` → `queue.py` → `worker.py` → `attempting.py` → `sender.py` →
`outcome.py`. The partner API begins in `routes.py`.
"""
