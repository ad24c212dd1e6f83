"""No text of an article or a partner runs as a script: not on pages, not at the desk, not in feeds."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from lxml import etree, html

from tests.browser.chromium import Browser, Page, chromium, chromium_binary, chromium_missing
from tests.conftest import wait_until
from tests.hostile.payloads import MARKUP
from tests.installed import require
from tests.journeys.running import ADMIN_TOKEN, Newswire

pytestmark = pytest.mark.xdist_group("hostile")

HARMLESS = {"http", "https", "mailto", ""}
TRAP = "window.alert = () => { console.error('a script has run') }"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require("Chromium, in which nothing may run,", chromium_missing)
    with chromium(chromium_binary()) as running:
        yield running


@pytest.fixture(scope="module")
def published(target: Newswire) -> list[str]:
    """Publish an article for each payload, which stands in every text of it; return their ids."""
    articles = [an_article(number, payload) for number, payload in enumerate(MARKUP)]
    rows = target.ingest.post("/articles/batch", json=articles).raise_for_status().json()
    assert {row["outcome"] for row in rows} == {"published"}
    ids = [article["id"] for article in articles]
    target.wait(lambda: set(ids) <= items_of(target).keys(), "all is published")
    return ids


def items_of(target: Newswire) -> dict[str, str]:
    """Return the HTML of every article in the feed of everything, archive and all, by the article's id."""
    found: dict[str, str] = {}
    url: str | None = str(target.feed.base_url.join("/feeds/all.json"))
    while url:
        page = target.feed.get(url).raise_for_status().json()
        found |= {item["id"].rpartition(":")[2]: item["content_html"] for item in page["items"]}
        url = page.get("next_url")
    return found


def an_article(number: int, payload: str) -> dict[str, Any]:
    return {
        "id": f"payload-{number}",
        "title": f"Payload {number} {payload}",
        "subtitle": payload,
        "summary": payload,
        "content_html": f"<p>before</p>{payload}<p>after</p>",
        "authors": [{"name": payload}],
        "outlet": {"name": payload},
        "topics": [payload[:100]],
        "image": {"url": "https://pictures.example/1.png", "alt": payload, "credit": payload},
        "rights": {"license": payload, "notice": payload},
        "corrections": [{"at": "2026-03-02", "note": payload}],
    }


def acting(markup: str) -> list[str]:
    """Return what of a piece of HTML could act, read as browsers read it."""
    root = html.fragment_fromstring(markup, create_parent="div")
    found = []
    for element in root.iter(etree.Element):
        if element.tag in {
            "script",
            "iframe",
            "object",
            "embed",
            "form",
            "style",
            "svg",
            "math",
            "meta",
            "base",
        }:
            found.append(str(element.tag))
        for name, value in element.attrib.items():
            if str(name).startswith("on") or name == "style":
                found.append(f"{element.tag} {name}")
            if name in {"href", "src"} and urlsplit(str(value).strip()).scheme.lower() not in HARMLESS:
                found.append(f"{element.tag} {name}={value}")
    return found


def test_what_would_act_is_found_and_what_runs_is_heard(browser: Browser) -> None:
    assert sum(bool(acting(payload)) for payload in MARKUP) > len(MARKUP) // 2
    with browser.page() as page:
        page.call("Page.addScriptToEvaluateOnNewDocument", source=TRAP)
        page.open("data:text/html,<img src=x onerror=alert(1)>")
        wait_until(lambda: page.evaluate("true") and heard(page), "the script has run")


def heard(page: Page) -> bool:
    """Tell whether the trap has snapped on this page."""
    return any("a script has run" in told for told in page.complaints())


def test_nothing_acts_in_any_feed(target: Newswire, published: list[str]) -> None:
    items = items_of(target)
    assert set(published) <= items.keys()
    assert [article_id for article_id, markup in items.items() if acting(markup)] == []
    for form, content in (("rss", "{http://purl.org/rss/1.0/modules/content/}encoded"), ("atom", None)):
        root = etree.fromstring(target.feed.get(f"/feeds/all.{form}").content)
        texts = root.iter(content) if content else root.iter("{http://www.w3.org/2005/Atom}content")
        assert [acting(text.text or "") for text in texts] == [[]] * 50


def test_nothing_runs_on_any_page(target: Newswire, published: list[str], browser: Browser) -> None:
    base = str(target.feed.base_url).rstrip("/")
    searches = [f"/?q={quote(payload[:100])}" for payload in MARKUP[::7]]
    with browser.page() as page:
        page.call("Page.addScriptToEvaluateOnNewDocument", source=TRAP)
        for path in ["/", *searches, *(f"/articles/{one}" for one in published)]:
            assert page.open(base + path) == 200
            page.evaluate("document.querySelectorAll('[autofocus]').forEach(element => element.focus())")
            assert not heard(page), path
            assert all(urlsplit(url).netloc in base or "pictures.example" in url for url in page.requested())


def test_nothing_runs_at_the_desk(target: Newswire, browser: Browser) -> None:
    for number, payload in enumerate(MARKUP[:20]):
        name = f"{payload[:60]} {number}"
        partner = target.feed.post("/api/partners", json={"name": name}).raise_for_status().json()
        target.feed.post(
            f"/api/partners/{partner['id']}/endpoints",
            json={"url": f"https://partner.example/{quote(payload)}?{quote(payload)}", "events": []},
        )
    with browser.page() as page:
        page.call("Page.addScriptToEvaluateOnNewDocument", source=TRAP)
        page.open(f"{target.feed.base_url}/ops/login")
        page.evaluate(f"document.querySelector('[type=password]').value = {json.dumps(ADMIN_TOKEN)}")
        page.evaluate("document.querySelector('form').submit()")
        page.wait_for_address("/ops")
        for path in ("/ops", f"/ops/login?next={quote('javascript:alert(1)')}"):
            page.open(f"{target.feed.base_url}{path}")
            assert not heard(page), path
