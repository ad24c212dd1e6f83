"""What ends a process that can no longer consume. It loads nothing: every process of the service knows it."""


class ConsumerDiedError(Exception):
    """Consuming cannot go on in this process; the message says why."""
