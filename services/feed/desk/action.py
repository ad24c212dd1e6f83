"""What can be done at the desk: each action says first what it would do, and does it once confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from services.feed.desk.actor import Actor

Fields = Mapping[str, str]
"""What an action is about, as the fields of a form or of an address."""


@dataclass(frozen=True)
class Proposal:
    """What would be done: a question, what follows from a yes, and the word on the button.

    Without a `button` there is nothing to do, and the sentences say why.
    """

    question: str
    sentences: tuple[str, ...]
    button: str | None
    grave: bool = False
    """Whether it cannot be undone."""


class Action(Protocol):
    """One thing that can be done."""

    async def propose(self, fields: Fields) -> Proposal:
        """Return what would be done; raises the `Problem` that says why it cannot."""
        ...

    async def carry_out(self, fields: Fields, actor: Actor) -> str:
        """Do it, write it down, and return what was done in one sentence."""
        ...


def many(count: int, one: str, several: str | None = None) -> str:
    """Return `1 dead letter`, `1,200 dead letters`."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
