"""The demo partner believes only what is signed with its secret, just now."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from services.cli.running.demo_partner import demo_app, describe, signature_problem
from services.cli.running.demo_state import DemoPartner, read_demo_partner
from tests.builders import NOON, HandClock
from tests.conftest import a_free_port

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"type": "article.updated", "data": {"title": "Ice\\nroads", "version": 3}}'


def signed(body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(NOON.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt_1", NOON, body.decode()),
    }


def test_what_the_reference_library_signs_is_believed() -> None:
    assert signature_problem(SECRET, signed(), BODY, clock=HandClock()) is None


def test_one_of_several_signatures_is_enough() -> None:
    headers = signed()
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']} v1a,BBBB"
    assert signature_problem(SECRET, headers, BODY, clock=HandClock()) is None


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_what_was_signed_at_another_time_is_not(age: timedelta) -> None:
    problem = signature_problem(SECRET, signed(), BODY, clock=HandClock(NOON + age))
    assert problem is not None
    assert "away from ours" in problem


def test_what_was_changed_or_signed_by_another_is_not() -> None:
    stranger = signed(secret="whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert signature_problem(SECRET, signed(), BODY + b" ", clock=HandClock()) is not None
    assert signature_problem(SECRET, stranger, BODY, clock=HandClock()) is not None
    assert signature_problem(SECRET, {}, BODY, clock=HandClock()) == "no valid webhook headers"


def test_a_webhook_is_described_in_one_line() -> None:
    assert describe(BODY) == "article.updated · version 3 · Ice roads"


@pytest_asyncio.fixture
async def partner() -> AsyncIterator[str]:
    """Run the partner's server; its URL."""
    demo = DemoPartner(port=a_free_port(), endpoint_id="ep_1", secret=SECRET)
    runner = web.AppRunner(demo_app(demo, HandClock()), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", demo.port).start()
    yield demo.url
    await runner.cleanup()


async def test_it_answers_and_prints_what_came(partner: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with httpx.AsyncClient() as http:
        good = await http.post(partner, content=BODY, headers=signed())
        bad = await http.post(partner, content=BODY + b" ", headers=signed())
    assert (good.status_code, bad.status_code) == (204, 401)
    assert capsys.readouterr().out.splitlines() == [
        "article.updated · version 3 · Ice roads · signature ok",
        "refused a webhook: the signature is not ours",
    ]


def test_a_state_file_that_is_missing_or_broken_holds_no_partner(tmp_path: Path) -> None:
    path = tmp_path / "demo-partner.json"
    assert read_demo_partner(path) is None
    path.write_text('{"port": 1')
    assert read_demo_partner(path) is None
