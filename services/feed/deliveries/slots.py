"""How many attempts may be under way: in all, and for one endpoint, so that none takes the others' place."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Slots:
    """The attempts under way in this process; `most` is for all endpoints together."""

    most: int = 512
    _under_way: Counter[str] = field(default_factory=Counter)
    _total: int = 0

    @property
    def total(self) -> int:
        """How many are under way."""
        return self._total

    def held_by(self, endpoint_id: str) -> int:
        """Return how many of an endpoint's are under way."""
        return self._under_way[endpoint_id]

    def room_for(self, endpoint_id: str, concurrency: int, promised: int = 0) -> int:
        """Return how many more an endpoint may have of its `concurrency`; others were `promised` so many.

        Once half of all slots are taken, an endpoint that has one gets no second: partners that hang then
        hold one slot each, and there is one for everybody else.
        """
        taken = self._total + promised
        window = concurrency if taken < self.most // 2 else 1
        return max(0, min(window - self._under_way[endpoint_id], self.most - taken))

    def take(self, endpoint_id: str) -> None:
        """Count one more attempt under way."""
        self._under_way[endpoint_id] += 1
        self._total += 1

    def give_back(self, endpoint_id: str) -> None:
        """Count one less."""
        self._under_way[endpoint_id] -= 1
        self._total -= 1
        if not self._under_way[endpoint_id]:
            del self._under_way[endpoint_id]
