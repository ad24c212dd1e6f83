"""Ports on which nobody could listen, each told as one plain sentence before anything is started."""

import errno
import socket

from services.cli.command_error import CommandError
from services.cli.settings import CommandSettings


def check_ports(settings: CommandSettings) -> None:
    """Raise `CommandError` when a service could not listen where it is set to."""
    ingest = (settings.ingest_host, settings.ingest_port)
    feed = (settings.feed_host, settings.feed_port)
    if ingest == feed:
        raise CommandError(
            f"NEWSWIRE_INGEST_PORT and NEWSWIRE_FEED_PORT are both {feed[1]}: set one to another port."
        )
    check_port(*ingest, "NEWSWIRE_INGEST")
    check_port(*feed, "NEWSWIRE_FEED")


def check_port(host: str, port: int, setting: str) -> None:
    """Raise `CommandError` when nobody could listen there; `setting` begins the names of both settings."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CommandError(f"{setting}_HOST is {host}, which is no address ({error.strerror}).") from error
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise CommandError(_why_not(error, host, port, setting)) from error


def _why_not(error: OSError, host: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use: stop what listens there, or set {setting}_PORT to another one."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{setting}_HOST is {host}, which is no address of this machine."
    return f"Cannot listen on {host} port {port} ({error.strerror}): set {setting}_PORT to another one."
