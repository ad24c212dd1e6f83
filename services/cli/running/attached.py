"""Run a module in this process and stop it when `newswire up` is gone: `python -m … MODULE [ARGUMENT…]`.

Standard input is a pipe whose other end only `newswire up` holds. However that one dies, `kill -9` included,
the kernel closes its end, and this process then gets the SIGTERM that nobody else can send any more.
"""

import os
import runpy
import signal
import sys
import threading
import time

_GRACE_SECONDS = 15.0
"""How long an orderly stop may take before the process is ended at once."""


def _stop_when_alone() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


def main() -> None:
    """Watch the pipe in a thread, and be the given module in everything else."""
    threading.Thread(target=_stop_when_alone, name="attached", daemon=True).start()
    module, *_ = sys.argv = sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
