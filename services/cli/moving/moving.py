"""Moves everything from one Redis to another while nobody works: copied, compared, and then marked as moved.

No event is lost: the services stand still meanwhile, both sides are held against each other to the last
member, and the old one is marked so that no service starts on it any more. Whatever goes wrong before that
leaves the old one as it was.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from redis.asyncio import Redis

from services.cli.command_error import CommandError
from services.cli.moving.plain_keys import KINDS, copy_keys, differing_keys
from services.cli.moving.streams import copy_stream, stream_differs
from shared import keys
from shared.moved import FILLING, MOVED_TO

_BATCH = 500

Progress = Callable[[str, int], None]
"""Told what is being done and how many keys that was."""


@dataclass(frozen=True)
class Moved:
    """What was moved."""

    keys: int
    streams: int


async def move(source: "Redis", target: "Redis", *, to: str, progress: Progress) -> Moved:
    """Copy everything, compare both sides, and mark the source as moved to the address `to`.

    Raises `CommandError` when the target holds anything else, or both sides are not the same in the end.
    """
    await _make_ready(target)
    counted = streams = 0
    async for kinds in _batches(source):
        plain = {key: kind for key, kind in kinds.items() if kind in KINDS}
        await copy_keys(source, target, plain)
        for key in kinds.keys() - plain.keys():
            await copy_stream(source, target, key)
        await _copy_expiries(source, target, list(kinds))
        counted, streams = counted + len(kinds), streams + len(kinds) - len(plain)
        progress("Copying", len(kinds))
    await _compare(source, target, progress)
    # In this order: whatever happens in between, there is no moment in which both can be used.
    await source.set(keys.move_mark(), f"{MOVED_TO}{to}")
    await target.delete(keys.move_mark())
    return Moved(counted, streams)


async def _make_ready(target: "Redis") -> None:
    """Empty a target that an earlier move did not finish; refuse one that holds anything else."""
    unfinished = await target.get(keys.move_mark()) == FILLING.encode()
    async for batch in _names(target):
        if not unfinished:
            raise CommandError(
                "The target holds data of a Newswire already: choose an empty one, or remove what "
                f"begins with {keys.PREFIX} there."
            )
        await target.unlink(*batch)
    await target.set(keys.move_mark(), FILLING)


async def _compare(source: "Redis", target: "Redis", progress: Progress) -> None:
    differing: list[bytes] = []
    names: set[bytes] = set()
    async for kinds in _batches(source):
        plain = {key: kind for key, kind in kinds.items() if kind in KINDS}
        differing += await differing_keys(source, target, plain)
        differing += [key for key in kinds.keys() - plain.keys() if await stream_differs(source, target, key)]
        names |= kinds.keys()
        progress("Comparing", len(kinds))
    async for batch in _names(target):
        differing += [key for key in batch if key not in names and not await source.exists(key)]
    # What expires meanwhile is on neither side, or on one of them for a moment.
    left = [key for key in differing if await source.exists(key) or await target.exists(key)]
    if left:
        raise CommandError(
            f"{len(left)} keys are not the same on both sides ({left[0].decode(errors='replace')} is one). "
            "Does a service still run? The source is as it was. Stop everything and start again."
        )


async def _batches(client: "Redis") -> AsyncIterator[Mapping[bytes, bytes]]:
    """Yield all keys of ours with their types, each once."""
    async for names in _names(client):
        pipe = client.pipeline(transaction=False)
        for name in names:
            pipe.type(name)
        kinds = dict(zip(names, await pipe.execute(), strict=True))
        unknown = {kind for kind in kinds.values() if kind not in {*KINDS, b"stream", b"none"}}
        if unknown:
            raise CommandError(
                f"There is a key of type {unknown.pop().decode()}, which Newswire never makes."
            )
        yield {name: kind for name, kind in kinds.items() if kind != b"none"}


async def _names(client: "Redis") -> AsyncIterator[list[bytes]]:
    seen: set[bytes] = set()
    batch: list[bytes] = []
    async for name in client.scan_iter(match=f"{keys.PREFIX}*", count=_BATCH):
        if name in seen or name == keys.move_mark().encode():
            continue
        seen.add(name)
        batch.append(name)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _copy_expiries(source: "Redis", target: "Redis", names: list[bytes]) -> None:
    pipe = source.pipeline(transaction=False)
    for name in names:
        pipe.pexpiretime(name.decode())
    expiries = dict(zip(names, await pipe.execute(), strict=True))
    pipe = target.pipeline(transaction=False)
    for name, at in expiries.items():
        if at > 0:
            pipe.pexpireat(name, at)
    await pipe.execute()
