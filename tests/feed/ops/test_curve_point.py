from services.feed.measures.names import Reached
from services.feed.ops.curve_point import (
    CurvePoint,
    EndpointsPoint,
    GroupPoint,
    decode,
    encode,
    folded,
    point_of,
)
from services.feed.ops.numbers import Backlog, EndpointNumbers, EndpointState, GroupNumbers, State
from tests.builders import NOON


def of_group(*points: GroupPoint) -> GroupPoint:
    """Return what is kept of one group after these."""
    return folded([CurvePoint({"feeds": (point,)}) for point in points]).groups["feeds"][0]


def test_a_peak_between_two_points_is_not_lost() -> None:
    point = of_group(
        GroupPoint(lag=0, pending=1), GroupPoint(lag=9000, pending=0), GroupPoint(lag=5, pending=0)
    )
    assert (point.lag, point.pending) == (9000, 1)


def test_the_worst_state_and_the_fewest_consumers_count() -> None:
    point = of_group(
        GroupPoint(State.OK, consumers=2), GroupPoint(State.STALLED, consumers=0), GroupPoint(State.BEHIND)
    )
    assert (point.state, point.consumers) == (State.STALLED, 0)


def test_of_speeds_the_mean_is_kept() -> None:
    point = of_group(GroupPoint(arrival_per_second=10), GroupPoint(), GroupPoint(arrival_per_second=20))
    assert point.arrival_per_second == 15


def test_what_was_never_known_stays_unknown() -> None:
    point = of_group(GroupPoint(), GroupPoint())
    assert point == GroupPoint(State.UNKNOWN)
    assert folded([CurvePoint()]).endpoints == EndpointsPoint()


def test_latencies_of_stretches_are_added() -> None:
    both = folded([CurvePoint(latencies={"feed": {3: 1}}), CurvePoint(latencies={"feed": {3: 1, 9: 2}})])
    assert both.latencies == {"feed": {3: 2, 9: 2}}


def test_stored_and_read_again_it_is_the_same() -> None:
    point = CurvePoint(
        {"feeds": (GroupPoint(State.OK, 1, 2, 0.5, 1.25, None, 1, 0), GroupPoint())},
        EndpointsPoint(1, 2, 3.5, 4, 5, 6),
        {Reached.PARTNER: {0: 1, 90: 7}},
    )
    assert decode(encode(point)) == point


def test_points_of_an_older_and_of_a_newer_version_can_be_read() -> None:
    older = b'[{"feeds":[["ok",1]]},[1],{}]'
    newer = b'[{"feeds":[["ok",1,2,3,4,5,6,7,8,9]]},[1,2,3,4,5,6,7],{"moon":{"1":1}}]'
    assert decode(older).groups["feeds"] == (GroupPoint(State.OK, 1),)
    assert decode(newer).groups["feeds"][0].dead_letters == 7
    assert decode(newer).endpoints.failing == 6


def test_a_moment_without_redis_has_no_numbers() -> None:
    backlog = Backlog(
        at=NOON,
        state=State.UNKNOWN,
        redis_reachable=False,
        streams=(GroupNumbers(stream="s", group="feeds"),),
        endpoints=(EndpointNumbers(endpoint="ep_1", partner="p", url="https://p.example"),),
    )
    point = point_of(backlog, {})
    assert point.groups["feeds"] == (GroupPoint(),)
    assert point.endpoints == EndpointsPoint()


def test_endpoints_are_kept_together() -> None:
    def endpoint(due: int, state: EndpointState) -> EndpointNumbers:
        return EndpointNumbers(
            endpoint=f"ep_{due}", partner="p", url="https://p.example", due=due, retrying=1, dead=0,
            past_due=due, oldest_past_due_seconds=due * 1.5, state=state,
        )  # fmt: skip

    backlog = Backlog(
        at=NOON,
        state=State.OK,
        redis_reachable=True,
        endpoints=(endpoint(2, EndpointState.OK), endpoint(4, EndpointState.FAILING)),
    )
    assert point_of(backlog, {}).endpoints == EndpointsPoint(6, 6, 6.0, 2, 0, 1)
