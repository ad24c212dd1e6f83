"""The environment of the peers: their own, made by the run that needs it and by nobody else."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

_REQUIREMENTS = Path(__file__).parent / "peers" / "requirements.txt"
_FOLDER = Path(__file__).parent / "peers" / ".venv"


def peers_python() -> Path:
    """Return the peers' Python, its packages installed as pinned; nothing is done when they are already."""
    stamp = _FOLDER / ".installed"
    wanted = sha256(_REQUIREMENTS.read_bytes()).hexdigest()
    python = _FOLDER / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != wanted:
        print("  installing the peers", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(_FOLDER)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(_REQUIREMENTS)], check=True
        )
        stamp.write_text(wanted)
    return python


def gunicorn(module: str, port: int) -> list[str]:
    """Return the command that serves a peer's `application` on loopback from one process.

    Threads, since no buffering proxy stands before it, and as many as https://gunicorn.org/design shows.
    """
    workers = ["--workers", "1", "--worker-class", "gthread", "--threads", "4"]
    said = ["--log-level", "warning"]
    return [
        str(peers_python()),
        "-m",
        "gunicorn",
        *workers,
        *said,
        "-b",
        f"127.0.0.1:{port}",
        f"{module}:application",
    ]
