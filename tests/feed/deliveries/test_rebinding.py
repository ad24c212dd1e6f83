"""Names that lead into our own network lead nowhere, whatever a name server says and when it says it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.outcome import ErrorClass, Exchange
from services.feed.deliveries.sender import Sender, open_sender
from tests.feed.deliveries.name_server import Answers, NameServer, a_name_server
from tests.receiver import Receiver, a_receiver

ONLY_ONE = AddressRules((ip_network("127.0.0.1/32"),))
"""Lets the tests' own receiver through as if it were public, and nothing else of loopback."""


@dataclass
class Scene:
    """A receiver, a name server, and the way from the one to the other."""

    receiver: Receiver
    names: NameServer

    async def send(self, host: str, *, rules: AddressRules = ONLY_ONE) -> Exchange:
        """Post to the receiver's port under this host name, over a new pool of connections."""
        async with self.sender(rules) as sender:
            return await self.post(sender, host)

    @asynccontextmanager
    async def sender(self, rules: AddressRules = ONLY_ONE) -> AsyncIterator[Sender]:
        async with open_sender(rules, user_agent="test", resolver=self.names.resolver()) as sender:
            yield sender

    async def post(self, sender: Sender, host: str) -> Exchange:
        port = urlsplit(self.receiver.url).port
        return await sender.send(f"http://{host}:{port}/", {}, b"{}")


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with a_receiver() as receiver, a_name_server() as names:
        yield Scene(receiver, names)


async def test_a_name_with_a_sound_address_is_reached(scene: Scene) -> None:
    scene.names.names["partner.example"] = [("127.0.0.1",)]
    assert (await scene.send("partner.example")).error is None
    assert scene.receiver.received[0].headers["host"].startswith("partner.example:")


async def test_a_name_that_changes_its_mind_is_connected_to_what_was_checked(scene: Scene) -> None:
    scene.names.names["rebinds.example"] = [("127.0.0.1",), ("127.0.0.2",)]
    async with scene.sender() as sender:
        first = await scene.post(sender, "rebinds.example")
        assert scene.names.asked == ["rebinds.example"]  # asked once: what was checked is what is used
    assert first.error is None
    assert (await scene.send("rebinds.example")).error is ErrorClass.REFUSED_ADDRESS
    assert len(scene.receiver.received) == 1


async def test_a_name_that_turns_sound_again_is_looked_up_anew(scene: Scene) -> None:
    scene.names.names["mends.example"] = [("10.0.0.1",), ("127.0.0.1",)]
    async with scene.sender() as sender:
        assert (await scene.post(sender, "mends.example")).error is ErrorClass.REFUSED_ADDRESS
        assert (await scene.post(sender, "mends.example")).error is None


@pytest.mark.parametrize(
    "answers",
    [
        *[("127.0.0.1", "10.0.0.1"), ("10.0.0.1", "127.0.0.1"), ("127.0.0.1", "127.0.0.2")],
        *[("127.0.0.1", "::1"), ("127.0.0.1", "fe80::1"), ("127.0.0.1", "93.184.215.14", "192.168.1.1")],
    ],
)
async def test_one_forbidden_answer_refuses_them_all(scene: Scene, answers: Answers) -> None:
    scene.names.names["mixed.example"] = [answers]
    assert (await scene.send("mixed.example")).error is ErrorClass.REFUSED_ADDRESS
    assert scene.receiver.received == []


@pytest.mark.parametrize(
    "address",
    [
        *("::1", "::", "fe80::1", "fd00::1", "ff02::1", "fec0::1", "2001:db8::1", "4000::1"),
        *("::ffff:10.0.0.1", "::ffff:127.0.0.2", "::10.0.0.1", "2002:a00:1::", "2001:0:a00:1::f5ff:fffe"),
        *("64:ff9b::a00:1", "64:ff9b::7f00:2", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1"),
        *("0.0.0.0", "100.64.0.1", "169.254.1.1", "172.16.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1"),  # noqa: S104 - nothing is bound
    ],
)
async def test_every_form_of_an_address_within_is_refused(scene: Scene, address: str) -> None:
    scene.names.names["within.example"] = [(address,)]
    exchange = await scene.send("within.example")
    assert exchange.error is ErrorClass.REFUSED_ADDRESS, exchange
    assert exchange.status is None


async def test_a_name_that_stands_for_another_is_followed_to_its_address(scene: Scene) -> None:
    scene.names.names |= {"alias.example": [("intranet.corp",)], "intranet.corp": [("10.1.2.3",)]}
    assert (await scene.send("alias.example")).error is ErrorClass.REFUSED_ADDRESS


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("metadata.google.internal", "169.254.169.254"),
        ("metadata.google.internal.", "fd20:ce::254"),
        ("instance-data.ec2.internal", "fd00:ec2::254"),
        ("innocent.example", "64:ff9b::a9fe:a9fe"),
        ("innocent.example", "::ffff:169.254.169.254"),
    ],
)
async def test_no_allow_list_opens_a_clouds_metadata(scene: Scene, name: str, address: str) -> None:
    everything = AddressRules((ip_network("0.0.0.0/0"), ip_network("::/0")))
    scene.names.names[name.rstrip(".")] = [(address,)]
    exchange = await scene.send(name, rules=everything)
    assert exchange.error is ErrorClass.REFUSED_ADDRESS
    assert "metadata" in (exchange.detail or "")


async def test_a_name_with_a_dot_at_its_end_is_checked_like_any(scene: Scene) -> None:
    scene.names.names["within.example"] = [("127.0.0.2",)]
    scene.names.names["partner.example"] = [("127.0.0.1",)]
    assert (await scene.send("within.example.")).error is ErrorClass.REFUSED_ADDRESS
    assert (await scene.send("partner.example.")).error is None


async def test_a_name_that_does_not_exist_is_told_apart_from_a_refused_one(scene: Scene) -> None:
    assert (await scene.send("nowhere.example")).error is ErrorClass.DNS


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "017700000001", "127.1", "127.0.1"),
        *("127.0.0.1", "127.0.0.1.", "localhost", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::]", "0"),
        *("[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[0:0:0:0:0:0:0:1]"),
    ],
)
async def test_no_spelling_of_loopback_reaches_it(host: str) -> None:
    async with a_receiver() as receiver, open_sender(AddressRules(), user_agent="test") as sender:
        exchange = await sender.send(f"http://{host}:{urlsplit(receiver.url).port}/", {}, b"{}")
    assert receiver.received == []
    # httpx and aiohttp themselves look up no host that reads as a number without being an address.
    unread = exchange.error is ErrorClass.CONNECT and "IPv4 address" in (exchange.detail or "")
    assert unread or exchange.error in {ErrorClass.REFUSED_ADDRESS, ErrorClass.DNS}, exchange
