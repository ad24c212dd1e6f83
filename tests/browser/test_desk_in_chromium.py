"""The desk in a real browser: for eyes or without, by keyboard alone, renewing itself, without scripts."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis as BlockingRedis

from shared import keys
from tests.browser.chromium import Browser, Page
from tests.browser.test_pages_in_chromium import violations
from tests.conftest import ValkeyServer, a_free_port
from tests.journeys.running import ADMIN_TOKEN, Newswire, newswire

pytestmark = pytest.mark.xdist_group("browser")

POISON = 3


@dataclass(frozen=True)
class Desk:
    """An installation in which everything has happened that a page can show."""

    installation: Newswire
    redis: "BlockingRedis"
    endpoint: str
    delivery: str
    letter: str

    @property
    def url(self) -> str:
        return str(self.installation.feed.base_url).rstrip("/")

    def poison(self) -> None:
        """Put something on the stream that nobody can read."""
        self.redis.xadd(keys.events(0), {"__data__": b"\xff\xfe"})


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Start it: a partner that is not there, and events that cannot be read."""
    with (
        tempfile.TemporaryDirectory(prefix="nw-") as store,
        tempfile.TemporaryDirectory(prefix="nw-") as folder,
    ):
        server = ValkeyServer(Path(store))
        server.start()
        try:
            with (
                newswire(server, Path(folder), NEWSWIRE_RETRY_SCHEDULE="0.1") as installation,
                BlockingRedis(unix_socket_path=str(server.socket)) as redis,
            ):
                endpoint = installation.register_endpoint(f"http://127.0.0.1:{a_free_port()}/hook")["id"]
                for number in range(3):
                    installation.accept(title=f"Article {number}", topics=["Energy"])
                for _ in range(POISON):
                    redis.xadd(keys.events(0), {"__data__": b"\xff\xfe"})
                feed = installation.feed

                def all_has_happened() -> bool:
                    dead = feed.get("/api/deliveries", params={"status": "dead"}).json()["deliveries"]
                    letters = feed.get("/api/dead-letters").json()["dead_letters"]
                    return len(dead) == 3 and len(letters) == 2 * POISON

                installation.wait(all_has_happened, "deliveries are dead and events given up")
                feed.post("/api/dead-letters/replay", json={"reason": "no such reason"}).raise_for_status()
                yield Desk(
                    installation,
                    redis,
                    endpoint,
                    feed.get("/api/deliveries").json()["deliveries"][0]["id"],
                    feed.get("/api/dead-letters").json()["dead_letters"][0]["id"],
                )
        finally:
            server.kill()


def sign_in(page: Page, desk: Desk, place: str = "/ops") -> None:
    """Come to a page by way of the door, as a person does."""
    page.open(desk.url + place)
    page.wait_for_address("/ops/login")
    page.evaluate("document.querySelector('#name').focus()")
    page.type("Ana")
    page.press("Tab")
    page.type(ADMIN_TOKEN)
    page.press("Enter")
    arrived = f"location.pathname == {json.dumps(place)} && document.readyState == 'complete'"
    page.until(arrived, f"the page is at {place}")


PAGES = (
    *("/ops", "/ops/groups/feeds/0", "/ops/endpoints", "/ops/endpoints/{endpoint}", "/ops/feeds"),
    *("/ops/dead-letters", "/ops/dead-letters/{letter}", "/ops/deliveries", "/ops/deliveries/{delivery}"),
    *("/ops/audit", "/ops/confirm/discard-letters", "/ops/confirm/pause-endpoint?id={endpoint}"),
    "/ops/no-such-page",
)


@pytest.mark.parametrize("path", PAGES)
def test_nobody_is_kept_out_of_the_desk(browser: Browser, desk: Desk, axe: str, path: str) -> None:
    at = path.format(endpoint=desk.endpoint, letter=desk.letter, delivery=desk.delivery)
    with browser.page() as page:
        sign_in(page, desk)
        still = "&refresh=off" if "?" in at else "?refresh=off"
        assert page.open(desk.url + at + still) == (404 if "no-such" in path else 200)
        assert violations(page, axe) == []
        told = [one for one in page.complaints() if "the server responded with a status of" not in one]
        assert told == []
        assert {url for url in page.requested() if not url.startswith(desk.url)} == set()


def test_nobody_is_kept_out_at_the_door(browser: Browser, desk: Desk, axe: str) -> None:
    with browser.page() as page:
        assert page.open(desk.url + "/ops/login") == 200
        assert violations(page, axe) == []
        page.evaluate("document.querySelector('#token').focus()")
        page.type("nw_wrong")
        page.press("Enter")
        page.until("document.querySelector('#wrong') !== null", "the refusal is shown")
        assert violations(page, axe) == []


def test_a_page_renews_itself_and_leaves_what_a_person_has_in_hand(browser: Browser, desk: Desk) -> None:
    with browser.page(390, height=500) as page:
        sign_in(page, desk, "/ops/dead-letters")
        before = page.evaluate("document.querySelector('h1 small').innerText")
        page.evaluate(
            "document.querySelector('details').open = false; document.querySelector('#reason').focus();"
            "window.untouched = document.querySelectorAll('tbody tr')[0];"
            "document.querySelector('#reason').scrollIntoView(); window.at = scrollY; undefined"
        )
        page.type("half a wo")
        desk.poison()
        page.until(
            f"document.querySelector('h1 small').innerText != {json.dumps(before)}",
            "the number of letters has changed by itself",
        )
        assert page.evaluate("document.activeElement.id") == "reason"
        assert page.evaluate("document.querySelector('#reason').value") == "half a wo"
        assert page.evaluate("document.querySelector('details').open") is False
        assert page.evaluate("scrollY == window.at") is True
        assert page.evaluate("window.untouched.isConnected && window.untouched.rowIndex > 1") is True
        assert page.complaints() == []


def test_a_hidden_page_rests_and_renews_itself_at_once_when_it_is_seen_again(
    browser: Browser, desk: Desk
) -> None:
    with browser.page() as page:
        sign_in(page, desk)
        asked = "performance.getEntriesByType('resource').filter(e => e.initiatorType == 'fetch').length"
        page.until(f"{asked} > 1", "the page renews itself")
        hide = (
            "Object.defineProperty(document, 'hidden', {configurable: true, value: %s});"
            "document.dispatchEvent(new Event('visibilitychange')); undefined"
        )
        page.evaluate(hide % "true")
        # What was under way may still come; from then on there must be nothing, for longer than two rounds.
        rested = page.evaluate(
            "new Promise(told => setTimeout(() => { const before = "
            + asked
            + "; setTimeout(() => told("
            + asked
            + " - before), 5000); }, 1000))"
        )
        assert rested == 0
        before = page.evaluate(asked)
        page.evaluate(hide % "false")
        page.until(f"{asked} > {before}", "the page renews itself again")


def test_a_page_says_loudly_when_it_is_old_and_when_that_is_over(browser: Browser, desk: Desk) -> None:
    with browser.page() as page:
        sign_in(page, desk)
        offline = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        page.call("Network.emulateNetworkConditions", offline=True, **offline)
        page.until("!document.querySelector('#stale').hidden", "the warning is shown")
        told = page.evaluate("document.querySelector('#stale').innerText")
        assert told.startswith("The server cannot be reached. What you see is as of ")
        assert page.evaluate("document.querySelector('#stale').getAttribute('role')") == "alert"
        page.call("Network.emulateNetworkConditions", offline=False, **offline)
        page.until("document.querySelector('#stale').hidden", "the warning is gone")


def test_a_page_says_so_when_its_session_is_over(browser: Browser, desk: Desk) -> None:
    with browser.page() as page:
        sign_in(page, desk)
        page.call("Network.clearBrowserCookies")
        page.until("!document.querySelector('#stale').hidden", "the warning is shown")
        assert "You are signed out" in page.evaluate("document.querySelector('#stale').innerText")
        page.evaluate("document.querySelector('#stale a').focus()")
        page.press("Enter")
        page.wait_for_address("/ops/login")


def test_the_keyboard_alone_is_enough_to_act(browser: Browser, desk: Desk) -> None:
    with browser.page() as page:
        sign_in(page, desk, f"/ops/endpoints/{desk.endpoint}")
        page.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
        page.press("Enter")
        page.until("document.activeElement.id == 'main'", "the content has the focus")
        while page.evaluate("document.activeElement.innerText") != "Pause":
            page.press("Tab")
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.press("Enter")
        page.wait_for_address("/ops/confirm/pause-endpoint")
        while page.evaluate("document.activeElement.innerText") != "Pause":
            page.press("Tab")
        page.press("Enter")
        page.wait_for_address(f"/ops/endpoints/{desk.endpoint}")
        assert "is paused" in page.evaluate("document.querySelector('.notice').innerText")
        page.until("document.querySelector('.facts .state').innerText == 'paused'", "the state is shown")
    desk.installation.feed.post(f"/api/endpoints/{desk.endpoint}/resume").raise_for_status()


def test_the_desk_works_without_scripts(browser: Browser, desk: Desk) -> None:
    desk.poison()
    desk.installation.wait(
        lambda: bool(desk.installation.feed.get("/api/dead-letters").json()["dead_letters"]), "it is given up"
    )
    with browser.page(scripts=False) as page:
        sign_in(page, desk, "/ops/dead-letters")
        assert page.evaluate("document.querySelector('meta[http-equiv=refresh]') !== null") is True
        page.evaluate("document.querySelector('tbody a').focus()")
        page.press("Enter")
        page.wait_for_address("/ops/dead-letters/")
        for link, place in (("Discard", "/ops/confirm/discard-letter"), ("Discard", "/ops/dead-letters")):
            page.evaluate(
                "[...document.querySelectorAll('main a.button, main button')]"
                f".find(one => one.innerText == {json.dumps(link)}).focus()"
            )
            page.press("Enter")
            page.wait_for_address(place)
        assert page.evaluate("document.querySelector('.notice').innerText") == "1 dead letter thrown away."


def test_a_link_from_another_site_leads_to_the_desk_and_not_to_the_door(browser: Browser, desk: Desk) -> None:
    with browser.page() as page:
        sign_in(page, desk)
        page.open(f"http://localhost:{desk.installation.feed_port}/feeds.opml")
        page.evaluate(f"location.href = {json.dumps(desk.url + '/ops/feeds')}")
        page.wait_for_address("/ops/feeds")
        page.until("document.querySelector('h1')?.innerText.startsWith('Feeds')", "the page is there")


def test_no_other_sites_form_does_anything(browser: Browser, desk: Desk) -> None:
    with browser.page() as page:
        sign_in(page, desk)
        token = page.evaluate("document.querySelector('[name=form_token]').value")
        letters = len(desk.installation.feed.get("/api/dead-letters").json()["dead_letters"])
        page.open(f"http://localhost:{desk.installation.feed_port}/feeds.opml")
        page.evaluate(
            f"document.documentElement.innerHTML = ''; const form = document.createElementNS("
            "'http://www.w3.org/1999/xhtml', 'form'); form.method = 'post';"
            f"form.action = {json.dumps(desk.url + '/ops/do/discard-letters')};"
            "const field = document.createElementNS('http://www.w3.org/1999/xhtml', 'input');"
            f"field.name = 'form_token'; field.value = {json.dumps(token)};"
            "form.append(field); document.documentElement.append(form); form.submit()"
        )
        page.wait_for_address("/ops/")
        page.until("document.querySelector('h1') !== null", "there is an answer")
        assert page.evaluate("document.querySelector('h1').innerText") in {"Sign in", "Forbidden"}
        assert len(desk.installation.feed.get("/api/dead-letters").json()["dead_letters"]) == letters
