"""Stand beside the embedded Valkey: never two on one folder, and an orderly end when its users are gone.

Run as a script with the standard library alone: `valkey_guard.py LOCK SOCKET LOG COMMAND…`. Standard input
is a pipe whose other end `newswire up` and all services hold; it ends only when the last of them is gone, so
that Valkey stops after them. Valkey inherits the lock, and so a Valkey whose guard was killed is found by it.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time

_PREDECESSOR_SECONDS = 60.0
"""How long a Valkey that an earlier start left behind may take to stop; it may be loading its file."""

_LOG_SECONDS = 0.5


def _ask_to_stop(socket_path: str) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5.0)
        try:
            connection.connect(socket_path)
            connection.sendall(b"SHUTDOWN\r\n")
            connection.recv(1024)
        except OSError:
            return  # not listening yet, or gone already: the lock tells which


def _take_over(lock_path: str, socket_path: str) -> int:
    held = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + _PREDECESSOR_SECONDS
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                sys.exit(f"An earlier Valkey still holds {lock_path} and does not stop: end it by hand.")
            _ask_to_stop(socket_path)
            time.sleep(0.05)
        else:
            return held


def _tell_warnings(log_path: str, start: int) -> None:
    """Pass on what Valkey warns of from here on in its log, so that the person who runs it learns of it.

    From the file, and not through a pipe: a guard that stands still must never hold Valkey up.
    """
    with open(log_path, "rb") as log:  # noqa: PTH123 - this script imports as little as it can
        log.seek(start)
        while True:
            line = log.readline()
            if not line.endswith(b"\n"):
                log.seek(-len(line), os.SEEK_CUR)
                time.sleep(_LOG_SECONDS)
                continue
            _, warns, text = line.partition(b" # ")
            # What begins with WARNING is advice about the machine, each time it starts.
            if warns and not text.startswith(b"WARNING"):
                sys.stdout.write(f"{text.decode(errors='replace').strip()} (see {log_path})\n")
                sys.stdout.flush()


def _last_line(log_path: str) -> str:
    with open(log_path, "rb") as log:  # noqa: PTH123 - this script imports as little as it can
        return log.read().rstrip().rpartition(b"\n")[2].decode(errors="replace")


class _Valkey:
    """The server's process, which a signal may end even while it is being started."""

    def __init__(self) -> None:
        self._stopping = False
        self._process: subprocess.Popen[bytes] | None = None

    def stop(self, *_: object) -> None:
        self._stopping = True
        if self._process is not None:
            self._process.terminate()

    def stop_when_alone(self) -> None:
        while os.read(0, 1024):
            pass
        self.stop()

    def run(self, command: list[str], log_path: str, held: int) -> int:
        with open(log_path, "ab") as log:  # noqa: PTH123 - this script imports as little as it can
            arguments = (log_path, log.tell())
            threading.Thread(target=_tell_warnings, args=arguments, daemon=True).start()
            self._process = subprocess.Popen(  # noqa: S603 - the command line comes from newswire up
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(held,)
            )
        if self._stopping:
            self._process.terminate()
        code = self._process.wait()
        if code != 0 and not self._stopping:
            sys.stderr.write(f"{_last_line(log_path)} (see {log_path})\n")
        return code


def main() -> None:
    """Run Valkey until it ends or is to end, and end with its exit code."""
    lock_path, socket_path, log_path, *command = sys.argv[1:]
    held = _take_over(lock_path, socket_path)
    valkey = _Valkey()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, valkey.stop)
    threading.Thread(target=valkey.stop_when_alone, daemon=True).start()
    sys.exit(valkey.run(command, log_path, held))


if __name__ == "__main__":
    main()
