"""How attempts share the places that there are."""

import random

from services.feed.deliveries.slots import Slots


def room(slots: Slots, endpoint_id: str, concurrency: int = 8) -> int:
    slots.begin_asking()
    return slots.promise(endpoint_id, concurrency)


def test_an_endpoint_has_its_window_and_no_more() -> None:
    slots = Slots(most=100)
    assert room(slots, "a") == 8
    for _ in range(8):
        slots.take("a")
    assert room(slots, "a") == 0
    slots.give_back("a")
    assert room(slots, "a") == 1


def test_when_half_is_taken_whoever_has_one_waits_and_whoever_has_none_goes() -> None:
    slots = Slots(most=20)
    for _ in range(5):
        slots.take("a")
        slots.take("b")
    assert room(slots, "a") == 0
    assert room(slots, "c") == 1
    slots.begin_asking()
    for n in range(10):
        assert slots.promise(f"{n}", 8) == 1
    assert slots.promise("c", 8) == 0


def test_no_more_is_promised_than_is_allowed_at_a_time() -> None:
    slots = Slots(most=100)
    slots.begin_asking(10)
    assert [slots.promise("a", 8), slots.promise("b", 8), slots.promise("c", 8)] == [8, 2, 0]
    assert slots.are_full
    slots.begin_asking()
    assert not slots.are_full
    assert slots.promise("c", 8) == 8


def test_however_many_hang_half_of_the_places_stay_for_the_others() -> None:
    slots = Slots(most=20)
    for n in range(100):
        slots.take(f"hangs-{n}")
        slots.give_back(f"hangs-{n}", late=True)
    slots.begin_asking()
    promised = sum(slots.promise(f"hangs-{n}", 8) for n in range(100))
    assert promised == 10
    for n in range(promised):
        slots.take(f"hangs-{n}")
    assert room(slots, "hangs-50") == 0
    assert room(slots, "healthy") == 1


def test_one_that_answers_again_has_its_window_again() -> None:
    slots = Slots(most=20)
    slots.take("a")
    slots.give_back("a", late=True)
    assert room(slots, "a") == 1
    slots.take("a")
    slots.give_back("a")
    assert room(slots, "a") == 8


def test_the_count_of_those_that_hang_is_right_whatever_the_order() -> None:
    chance = random.Random(1)  # noqa: S311 - the same each time, no secret
    slots, under_way, late = Slots(most=1000), list[str](), set[str]()
    for _ in range(2000):
        if under_way and chance.random() < 0.5:
            one = under_way.pop(chance.randrange(len(under_way)))
            is_late = chance.random() < 0.5
            slots.give_back(one, late=is_late)
            late = late | {one} if is_late else late - {one}
        else:
            under_way.append(f"e{chance.randrange(20)}")
            slots.take(under_way[-1])
        assert slots.total == len(under_way)
        assert slots._held_by_late == sum(one in late for one in under_way)
