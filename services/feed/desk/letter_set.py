"""Which dead letters are meant, as an address, a form or the body of a request says it. Pure."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from services.feed.consume.dead_letter_search import SoughtLetters
from shared.article import Frozen
from shared.timestamps import rfc3339

_MOST_IDS = 500

Text = Annotated[str, Field(max_length=500)]


class LetterFilter(Frozen):
    """Those for which all that is given is true. `since` and `until`: when they were given up."""

    group: Literal["feeds", "deliveries"] | None = None
    stream: Text | None = None
    reason: Annotated[Text | None, Field(description="Part of the reason, in any case.")] = None
    article: Text | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @property
    def sought(self) -> SoughtLetters:
        """The same as the search takes it."""
        return SoughtLetters(self.group, self.stream, self.reason, self.article, self.since, self.until)

    @property
    def words(self) -> str:
        """The same for people."""
        told = {
            "of": self.group,
            "on": self.stream,
            "with": repr(self.reason) if self.reason else None,
            "about": self.article,
            "since": rfc3339(self.since) if self.since else None,
            "until": rfc3339(self.until) if self.until else None,
        }
        given = " ".join(f"{word} {value}" for word, value in told.items() if value)
        return f"dead letters {given}" if given else "all dead letters"


class LetterSet(LetterFilter):
    """Which letters are acted upon: some by their ids, those of a filter, or all. It must say so."""

    ids: Annotated[tuple[Text, ...], Field(max_length=_MOST_IDS)] = ()
    all: bool = False
    cursor: Annotated[str | None, Field(max_length=20_000)] = None

    @model_validator(mode="after")
    def _said(self) -> Self:
        ways = [bool(self.ids), self.all, not self.sought.is_everything]
        if sum(ways) != 1:
            raise ValueError("say which: by `ids`, by a filter, or `all`")
        return self
