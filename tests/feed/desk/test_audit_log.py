from redis.asyncio import Redis

from services.feed.desk.actor import Actor
from services.feed.desk.audit_log import AuditLog
from services.feed.operators import OperatorRole
from shared import keys

ANA = Actor(name="Ana <b>", role=OperatorRole.ADMIN, address="192.0.2.1", via="desk")


async def test_deeds_come_back_newest_first_page_by_page(redis: Redis) -> None:
    audit = AuditLog(redis)
    for number in range(5):
        await audit.record(ANA, "pause", f"ep_{number}", count=None if number else 3, note="why")
    first = await audit.page(None, 3)
    assert [deed.on for deed in first.deeds] == ["ep_4", "ep_3", "ep_2"]
    assert (first.deeds[0].actor, first.deeds[0].count, first.deeds[0].note) == (ANA, None, "why")
    second = await audit.page(first.after, 3)
    assert [(deed.on, deed.count) for deed in second.deeds] == [("ep_1", None), ("ep_0", 3)]
    assert second.after is None


async def test_the_log_is_bounded(redis: Redis) -> None:
    audit = AuditLog(redis)
    pipe = redis.pipeline(transaction=False)
    for _ in range(12_000):
        pipe.xadd(keys.audit_log(), {"x": "y"})
    await pipe.execute()
    await audit.record(ANA, "pause", "ep_1", count=None)
    assert 10_000 <= await redis.xlen(keys.audit_log()) < 10_200
