"""Signed webhooks for partners: who gets what, the queue of each endpoint, and the sending."""
