"""What the page says first: whether anything is wrong, since when, and how long until it is gone."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.feed.ops.numbers import Backlog, EndpointNumbers, EndpointState, GroupNumbers, State
from services.feed.ops.summary import is_late
from services.feed.ops.wording import count, duration, events, moment

_CATCHING_UP_FROM = 5.0
"""Seconds of work from which a draining backlog is worth a sentence."""

_OLD_FROM = 900.0
"""Seconds that something waits from which even a backlog that drains is no green light."""


@dataclass(frozen=True)
class Headline:
    """The first thing on the page; `tone` is one of `ok`, `attention`, `alarm`, `unknown`."""

    tone: str
    title: str
    since: str | None
    sentences: tuple[str, ...]


def headline(backlog: Backlog) -> Headline:
    """Return whether anything is wrong, since when, and how long until it is gone."""
    sentences = tuple(_sentences(backlog))
    match backlog.state:
        case State.UNKNOWN:
            return Headline("unknown", "Not known", _since(backlog), sentences)
        case State.STALLED:
            return Headline("alarm", "Stalled", _since(backlog), sentences)
        case State.BEHIND:
            return Headline("attention", "Behind", _since(backlog), sentences)
        case State.OK if any(_troubles(backlog)):
            return Headline("attention", "Needs a look", None, sentences)
        case State.OK if any(map(_is_catching_up, backlog.streams)):
            old = any((numbers.oldest_age_seconds or 0.0) >= _OLD_FROM for numbers in backlog.streams)
            return Headline("attention" if old else "ok", "Catching up", None, sentences)
        case State.OK:
            return Headline("ok", "All is well", None, sentences or (_all_read(backlog),))


def _is_catching_up(numbers: GroupNumbers) -> bool:
    return (numbers.seconds_to_drain or 0.0) >= _CATCHING_UP_FROM


def _since(backlog: Backlog) -> str | None:
    if backlog.since is None:
        return None
    return f"since {moment(backlog.since)}, for {duration((backlog.at - backlog.since).total_seconds())}"


def _all_read(backlog: Backlog) -> str:
    waiting = sum((numbers.lag or 0) + (numbers.pending or 0) for numbers in backlog.streams)
    return f"{events(waiting)} waiting." if waiting else "Nothing waits."


def _sentences(backlog: Backlog) -> Iterator[str]:
    if backlog.reason is not None:
        yield backlog.reason
        return
    for numbers in backlog.streams:
        yield from _group_sentences(numbers)
    yield from _troubles(backlog)


def _group_sentences(numbers: GroupNumbers) -> Iterator[str]:
    name = f"{numbers.group} on {numbers.stream}"
    waiting = count(None if numbers.lag is None or numbers.pending is None else numbers.lag + numbers.pending)
    oldest = f"the oldest for {duration(numbers.oldest_age_seconds)}"
    match numbers.state:
        case State.STALLED:
            readers = " and no consumer is alive" if numbers.consumers == 0 else ""
            yield f"{name}: nothing moves{readers}. {waiting} waiting, {oldest}."
        case State.BEHIND:
            yield f"{name}: more comes than goes. {waiting} waiting, {oldest}."
        case State.UNKNOWN if numbers.consumers == 0:
            yield f"{name}: nobody is there to read. Is a worker running?"
        case State.UNKNOWN if numbers.reset_at is not None:
            return  # what is said of that below is all there is to say
        case State.UNKNOWN:
            yield f"{name}: it is not known yet how it does. {waiting} waiting, {oldest}."
        case State.OK if _is_catching_up(numbers):
            gone = duration(numbers.seconds_to_drain)
            yield f"{name}: {waiting} waiting, {oldest}, gone in about {gone}."
        case State.OK:
            return


def _troubles(backlog: Backlog) -> Iterator[str]:
    """Yield what needs a person although no backlog grows."""
    for numbers in backlog.streams:
        if numbers.dead_letters:
            yield f"{numbers.group} on {numbers.stream} gave up {events(numbers.dead_letters)}: dead letters."
        if numbers.reset_at is not None:
            gone = "the stream went back or began anew: what it held is gone"
            yield f"{numbers.group} on {numbers.stream}: {gone}. Seen {moment(numbers.reset_at)}."
    for endpoint in backlog.endpoints:
        yield from _endpoint_troubles(endpoint)


def _endpoint_troubles(endpoint: EndpointNumbers) -> Iterator[str]:
    name = f"{endpoint.partner_name or endpoint.partner}, {endpoint.url}"
    if is_late(endpoint):
        late = duration(endpoint.oldest_past_due_seconds)
        yield f"{name}: {count(endpoint.past_due)} deliveries past due, the oldest by {late}."
    if endpoint.state in {EndpointState.FAILING, EndpointState.DISABLED}:
        yield f"{name} is {endpoint.state.value}; last success {moment(endpoint.last_success_at, 'never')}."
