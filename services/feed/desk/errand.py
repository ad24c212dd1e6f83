"""What is done in many steps: two hundred thousand letters replayed are no work for one request. Pure.

An errand says what is wanted and how far it is, so that any web process can go on with it at any time.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, JsonValue

from services.feed.desk.actor import Actor
from shared.article import Frozen

LEASE = timedelta(seconds=10)
"""An errand that has not moved for so long is taken up by whoever sees it first."""


class ErrandState(StrEnum):
    """How far an errand is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class Errand(Frozen):
    """Something that is done step by step. `of` is how many there were at its beginning, if that is known."""

    id: str
    actor: Actor
    action: str
    on: str
    """What it is done to, in words."""
    wanted: dict[str, JsonValue]
    """The same for the programme that does it."""
    cursor: str | None = None
    """Where it goes on; None at its beginning."""
    count: int = 0
    of: int | None = None
    state: ErrandState = ErrandState.WAITING
    begun_at: AwareDatetime
    moved_at: AwareDatetime
    note: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will be done."""
        return self.state in {ErrandState.DONE, ErrandState.STOPPED}

    def is_free(self, now: datetime) -> bool:
        """Tell whether whoever asks may go on with it: nobody has begun, or whoever did is gone."""
        if self.state is ErrandState.WAITING:
            return True
        # Whatever the sign: the clocks of two machines are not one.
        return self.state is ErrandState.RUNNING and abs(now - self.moved_at) >= LEASE

    def moved(self, now: datetime, count: int = 0, cursor: str | None = None) -> "Errand":
        """Return the errand after a step that did so many, to go on at `cursor`."""
        return self.model_copy(
            update={
                "state": ErrandState.RUNNING,
                "moved_at": now,
                "count": self.count + count,
                "cursor": self.cursor if cursor is None else cursor,
            }
        )

    def ended(self, now: datetime, state: ErrandState, note: str = "") -> "Errand":
        """Return the errand when nothing more is done."""
        return self.model_copy(update={"state": state, "moved_at": now, "note": note})
