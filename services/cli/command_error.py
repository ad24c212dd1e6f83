"""What a command ends with when it cannot do what was asked."""


class CommandError(Exception):
    """The command failed; the message is one plain sentence for stderr, and the exit code is 1."""
