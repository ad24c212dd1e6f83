"""How many attempts may be under way: in all, and for one endpoint, so that none takes the others' place."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Slots:
    """The attempts under way in this process; `most` is for all endpoints together.

    Once half of all slots are taken, an endpoint that has one gets no second: partners that hang then hold
    one slot each. And those whose latest attempt ran out of time get no more than half of them together, so
    that there is one for everybody else, however many hang.
    """

    most: int = 512
    total: int = 0
    """How many are under way."""
    _under_way: Counter[str] = field(default_factory=Counter)
    _late: set[str] = field(default_factory=set)
    _held_by_late: int = 0
    _promised: int = 0
    _promised_to_late: int = 0
    _allowance: int = field(init=False)

    def __post_init__(self) -> None:
        self._allowance = self.most

    def held_by(self, endpoint_id: str) -> int:
        """Return how many of an endpoint's are under way."""
        return self._under_way[endpoint_id]

    @property
    def are_full(self) -> bool:
        """Whether nobody can have another one."""
        return min(self.most - self.total, self._allowance) <= self._promised

    def begin_asking(self, allowance: int | None = None) -> None:
        """Forget what was promised: what came of it is under way, or there was no work.

        No more than the allowance is promised from now on.
        """
        self._promised = self._promised_to_late = 0
        self._allowance = self.most if allowance is None else allowance

    def promise(self, endpoint_id: str, concurrency: int) -> int:
        """Return how many more an endpoint may have of its `concurrency`, and keep them for it."""
        taken, half = self.total + self._promised, self.most // 2
        late = endpoint_id in self._late
        window = 1 if late or taken >= half else concurrency
        room = min(window - self._under_way[endpoint_id], self.most - taken, self._allowance - self._promised)
        if late:
            room = min(room, half - self._held_by_late - self._promised_to_late)
        room = max(0, room)
        self._promised += room
        self._promised_to_late += room if late else 0
        return room

    def take(self, endpoint_id: str) -> None:
        """Count one more attempt under way."""
        self.total += 1
        self._under_way[endpoint_id] += 1
        self._held_by_late += endpoint_id in self._late

    def give_back(self, endpoint_id: str, *, late: bool = False) -> None:
        """Count one less, which was `late` when it ran out of time."""
        self.total -= 1
        self._under_way[endpoint_id] -= 1
        self._held_by_late -= endpoint_id in self._late
        held = self._under_way[endpoint_id]
        if not held:
            del self._under_way[endpoint_id]
        if late and endpoint_id not in self._late:
            self._late.add(endpoint_id)
            self._held_by_late += held
        elif not late and endpoint_id in self._late:
            self._late.remove(endpoint_id)
            self._held_by_late -= held
