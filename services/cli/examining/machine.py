"""What this machine is like: its disk, its memory, who may read the secrets, who listens on the ports."""

import os
import shutil
import stat
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from services.cli.command_error import CommandError
from services.cli.examining import finding
from services.cli.examining.finding import Finding, Level
from services.cli.running.preflight import check_port
from services.cli.settings import CommandSettings

_SECRETS = ("admin-token", "read-token", "ingest-token", "secrets-key")
_FSYNCS = 21
_MEMINFO = Path("/proc/meminfo")


def examine_machine(settings: CommandSettings) -> Iterator[Finding]:
    """Yield what is found of the machine."""
    yield from _folder(settings.data_dir)
    yield from _secrets(settings.data_dir)
    existing = next(
        path
        for path in (settings.data_dir.absolute(), *settings.data_dir.absolute().parents)
        if path.exists()
    )
    usage = shutil.disk_usage(existing)
    yield finding.disk(usage.free, usage.total, str(existing))
    if settings.redis_url is None:
        yield _fsync(existing)
    yield _memory()


def _folder(folder: Path) -> Iterator[Finding]:
    if not folder.exists():
        yield Finding(Level.NOTE, "data folder", f"{folder} is not there yet; the first start makes it")
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        yield Finding(
            Level.WARNING, "data folder", f"{folder} is open to others (mode {mode:o})", f"chmod 700 {folder}"
        )
        return
    yield Finding(Level.OK, "data folder", f"{folder} is its owner's alone")


def _secrets(folder: Path) -> Iterator[Finding]:
    """Yield a finding for each secret that others can read, and one when there is none such."""
    files = [path for name in _SECRETS if (path := folder / name).exists()]
    files += [path for path in [Path(".env")] if path.exists()]
    open_to_others = False
    for path in files:
        found = path.stat()
        mode = stat.S_IMODE(found.st_mode)
        if mode & 0o077:
            open_to_others = True
            yield Finding(
                Level.BAD,
                "secrets",
                f"{path} can be read by others (mode {mode:o})",
                f"chmod 600 {path}, and change what is in it if anybody else has an account here",
            )
        elif found.st_uid not in {os.getuid(), 0} and os.getuid() != 0:
            open_to_others = True
            yield Finding(
                Level.WARNING, "secrets", f"{path} belongs to somebody else", f"chown it to {os.getuid()}"
            )
    if not open_to_others:
        told = f"{len(files)} files, each its owner's alone" if files else "none are kept here"
        yield Finding(Level.OK if files else Level.NOTE, "secrets", told)


def _fsync(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            taken = []
            for _ in range(_FSYNCS):
                file.write(b"x" * 4096)
                file.flush()
                begun = time.perf_counter()
                os.fsync(file.fileno())
                taken.append(time.perf_counter() - begun)
    except OSError as error:
        return Finding(
            Level.BAD,
            "fsync",
            f"nothing can be written at {folder} ({error.strerror})",
            "Give the folder to whoever runs Newswire; is the disk full, or mounted read-only?",
        )
    return finding.fsync(statistics.median(taken), str(folder))


def _memory() -> Finding:
    if not _MEMINFO.exists():
        return Finding(Level.NOTE, "memory", "this system does not tell how much is available")
    lines = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines())
    kilobytes = {name: int(value.split()[0]) for name, value in lines.items() if value.split()}
    return finding.memory(kilobytes["MemAvailable"] * 1024, kilobytes["MemTotal"] * 1024)


def examine_services(settings: CommandSettings) -> Iterator[Finding]:
    """Yield of each service whether it answers and is ready, and else whether its port is free."""
    for name, url, host, port in (
        ("ingest", settings.ingest_url, settings.ingest_host, settings.ingest_port),
        ("feed", settings.feed_url, settings.feed_host, settings.feed_port),
    ):
        yield _service(name, url, host, port)


def _service(name: str, url: str, host: str, port: int) -> Finding:
    subject = f"{name} service"
    try:
        answer = httpx.get(f"{url}/readyz", timeout=5.0, trust_env=False)
        told = answer.json()
        ready = answer.is_success and told["status"] == "ready"
        reasons = " ".join(told.get("reasons", ()))
    except httpx.TransportError:
        return _port(subject, name, host, port)
    except (ValueError, KeyError, TypeError):
        return Finding(
            Level.BAD,
            subject,
            f"something else answers at {url}",
            f"Stop it, or set NEWSWIRE_{name.upper()}_PORT to another port.",
        )
    if ready:
        return Finding(Level.OK, subject, f"ready at {url}")
    return Finding(Level.BAD, subject, f"not ready at {url}: {reasons}", "Its reasons say what it waits for.")


def _port(subject: str, name: str, host: str, port: int) -> Finding:
    try:
        check_port(host, port, f"NEWSWIRE_{name.upper()}")
    except CommandError as error:
        return Finding(Level.BAD, subject, "it does not answer, and cannot start either", str(error))
    return Finding(Level.NOTE, subject, f"not running; port {port} on {host} is free")
