"""A service that needs Valkey for an orderly stop: it writes down there that it stopped."""

import asyncio
import signal
import sys
from pathlib import Path

from redis import Redis

from shared.redis_address import embedded_socket


async def main() -> None:
    """Run until SIGTERM, and write that down."""
    redis = Redis(unix_socket_path=str(embedded_socket(Path(sys.argv[1]))))
    stop = asyncio.Event()
    # As the services do it: whichever thread the signal comes to, the loop hears of it.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    sys.stdout.write("runs\n")
    sys.stdout.flush()
    await stop.wait()
    redis.set("stopped", "in order")


if __name__ == "__main__":
    asyncio.run(main())
