"""A service that needs Valkey for an orderly stop: it writes down there that it stopped."""

import signal
import sys
from pathlib import Path

from redis import Redis

from shared.redis_connection import embedded_socket


def main() -> None:
    """Run until SIGTERM, and write that down."""
    redis = Redis(unix_socket_path=str(embedded_socket(Path(sys.argv[1]))))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    sys.stdout.write("runs\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM})
    redis.set("stopped", "in order")


if __name__ == "__main__":
    main()
