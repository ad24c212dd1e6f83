"""How attempts share the places that there are."""

from services.feed.deliveries.slots import Slots


def test_an_endpoint_has_its_window_and_no_more() -> None:
    slots = Slots(most=100)
    assert slots.room_for("a", 8) == 8
    for _ in range(8):
        slots.take("a")
    assert slots.room_for("a", 8) == 0
    slots.give_back("a")
    assert slots.room_for("a", 8) == 1


def test_when_half_is_taken_whoever_has_one_waits_and_whoever_has_none_goes() -> None:
    slots = Slots(most=20)
    for _ in range(5):
        slots.take("a")
        slots.take("b")
    assert slots.room_for("a", 8) == 0
    assert slots.room_for("c", 8) == 1
    assert slots.room_for("c", 8, promised=10) == 0
