"""Run a module in this process and stop it when `newswire up` is gone: `python -m … MODULE [ARGUMENT…]`.

Standard input is a pipe whose other end only `newswire up` holds. However that one dies, `kill -9` included,
the kernel closes its end, and this process then gets the SIGTERM that nobody else can send any more.

With `--after-redis PART` in front, that part of a service, which takes long to load, is loaded while Redis is
still loading its data, and the module is run once Redis answers.
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


def _load(part: str) -> None:
    """Import a module; without looking for garbage meanwhile it takes a tenth less time."""
    gc.disable()
    importlib.import_module(part)
    gc.enable()


def main() -> None:
    """Watch the pipe in a thread, and be the given module in everything else."""
    threading.Thread(target=_stop_when_alone, name="attached", daemon=True).start()
    module, *arguments = sys.argv[1:]
    if module == AFTER_REDIS:
        part, module, *arguments = arguments
        _load(part)
        # Of bad settings the service itself says what is wrong.
        with suppress(SettingsError):
            asyncio.run(wait_until_redis_answers(redis_url(read_settings(SharedSettings))))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
