"""Run a service in this process and stop it when `newswire up` is gone: `python -m … MODULE [ARGUMENT…]`.

Standard input is a pipe whose other end only `newswire up` holds. However that one dies, `kill -9` included,
the kernel closes its end, and this process then gets the SIGTERM that nobody else can send any more.

With `--after-redis` in front, the module is loaded while Redis is still loading its data, and run once that
answers.
"""

import asyncio
import gc
import importlib
import os
import runpy
import signal
import sys
import threading
import time
from contextlib import suppress

from services.cli.running.readiness import wait_until_redis_answers
from shared.redis_connection import redis_url
from shared.settings import SettingsError, SharedSettings, read_settings

AFTER_REDIS = "--after-redis"

_GRACE_SECONDS = 15.0
"""How long an orderly stop may take before the process is ended at once."""


def _stop_when_alone() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


def _load(package: str) -> None:
    """Import all that a service needs; without looking for garbage meanwhile it takes a tenth less time."""
    gc.disable()
    importlib.import_module(f"{package}.__main__")
    gc.enable()
    # It is run as a script, which Python warns of when it is there already.
    del sys.modules[f"{package}.__main__"]


def main() -> None:
    """Watch the pipe in a thread, and be the given module in everything else."""
    threading.Thread(target=_stop_when_alone, name="attached", daemon=True).start()
    waits = sys.argv[1] == AFTER_REDIS
    module, *arguments = sys.argv[1 + waits :]
    if waits:
        _load(module)
        # Of bad settings the service itself says what is wrong.
        with suppress(SettingsError):
            asyncio.run(wait_until_redis_answers(redis_url(read_settings(SharedSettings))))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
