"""Puts the desk together: its pages, its actions, and what works on behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter
from redis.asyncio import Redis

from services.feed.consume.dead_letter_acts import DeadLetterActs, LetterAct
from services.feed.consume.dead_letter_search import DeadLetterSearch
from services.feed.deliveries.api_parts import ApiParts
from services.feed.deliveries.endpoint import EndpointStatus
from services.feed.desk.action import Action
from services.feed.desk.audit_log import AuditLog
from services.feed.desk.dead_letter_api import dead_letter_routes
from services.feed.desk.delivery_actions import ManyRetries, OneRetry
from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.ended_sessions import EndedSessions
from services.feed.desk.endpoint_actions import Steering
from services.feed.desk.errands import Errands
from services.feed.desk.letter_actions import ManyLetters, OneLetter
from services.feed.desk.other_actions import RemoveConsumers, StopErrand
from services.feed.desk.routes import desk_routes
from services.feed.desk.visitor import Doorkeeper
from services.feed.feeds.catalogue import Catalogue
from services.feed.operators import OperatorTokens
from services.feed.ops.curve_store import CurveStore
from services.feed.ops.sampler import Sampler
from shared.clock import Clock


@dataclass(frozen=True)
class MadeDesk:
    """The desk's routes, its errands, which must run beside them, and the log of what is done anywhere."""

    routes: tuple[APIRouter, ...]
    errands: Errands
    audit: AuditLog


def make_desk(
    redis: "Redis",
    partitions: int,
    operators: OperatorTokens,
    *,
    sampler: Sampler,
    curves: CurveStore,
    deliveries: ApiParts,
    feeds: Catalogue,
    clock: Clock,
    public_url: str,
) -> MadeDesk:
    """Return the desk over these stores."""
    letters, letter_acts = DeadLetterSearch(redis, partitions), DeadLetterActs(redis, partitions)
    audit = AuditLog(redis)
    errands = Errands(redis, clock, audit)
    parts = DeskParts(
        redis=redis,
        partitions=partitions,
        doorkeeper=Doorkeeper(operators, EndedSessions(redis), secure=public_url.startswith("https://")),
        sampler=sampler,
        curves=curves,
        letters=letters,
        letter_acts=letter_acts,
        deliveries=deliveries,
        feeds=feeds,
        audit=audit,
        errands=errands,
        clock=clock,
        public_url=public_url,
    )
    api = dead_letter_routes(letters, letter_acts, audit, operators)
    return MadeDesk((api, desk_routes(parts, _actions(parts))), errands, audit)


def _actions(parts: DeskParts) -> Mapping[str, Action]:
    """Return everything that can be done, by its name in addresses, and let the errands know their part."""
    letters, acts, audit, errands = parts.letters, parts.letter_acts, parts.audit, parts.errands
    many_letters = {act: ManyLetters(act, letters, acts, errands) for act in LetterAct}
    retries = ManyRetries(parts.deliveries, errands)
    for letters_of in many_letters.values():
        errands.know(letters_of.name, letters_of.step)
    errands.know(retries.name, retries.step)
    steering = partial(Steering, parts=parts.deliveries, audit=audit)
    return {
        "replay-letter": OneLetter(LetterAct.REPLAY, letters, acts, audit),
        "discard-letter": OneLetter(LetterAct.DISCARD, letters, acts, audit),
        "replay-letters": many_letters[LetterAct.REPLAY],
        "discard-letters": many_letters[LetterAct.DISCARD],
        "retry-delivery": OneRetry(parts.deliveries, audit),
        "retry-deliveries": retries,
        "pause-endpoint": steering(EndpointStatus.PAUSED),
        "resume-endpoint": steering(EndpointStatus.ACTIVE),
        "disable-endpoint": steering(EndpointStatus.DISABLED),
        "remove-consumers": RemoveConsumers(parts.redis, parts.partitions, audit),
        "stop-errand": StopErrand(errands),
    }
