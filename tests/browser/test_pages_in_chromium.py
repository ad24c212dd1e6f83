"""How the pages do in a real browser: on small and large screens, in light and dark, for eyes or without."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import Browser, Page
from tests.browser.conftest import Site

pytestmark = pytest.mark.xdist_group("browser")

PAGES = {
    "landing": "/",
    "search": "/?q=archivist",
    "search in vain": "/?q=no+such+thing",
    "group": "/?group=author&page=2",
    "article": "/articles/ice-roads",
    "podcast": "/articles/ports",
    "video": "/articles/film",
    "right to left": "/articles/bread",
    "hostile": "/articles/hostile",
    "long": "/articles/long",
    "elsewhere": "/articles/elsewhere",
    "withdrawn": "/articles/gone",
    "unknown": "/articles/no-such-article",
}
STATUS = {"withdrawn": 410, "unknown": 404}
PHONE, DESKTOP = 390, 1280

AXE = """
axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(broken => ({
  rule: broken.id, impact: broken.impact, at: broken.nodes.slice(0, 5).map(node => node.html.slice(0, 200)),
  why: broken.nodes[0].failureSummary
})))
"""


def violations(page: Page, axe: str) -> list[dict[str, Any]]:
    """Return what axe-core finds wrong on a phone and on a desktop, in light and in dark.

    All of its rules count, which are more than WCAG 2.2 AA.
    """
    page.evaluate(f"{axe}; undefined")
    found: list[dict[str, Any]] = []
    for width in (PHONE, DESKTOP):
        for dark in (False, True):
            page.look(width, dark=dark)
            found += [{"width": width, "dark": dark, **broken} for broken in page.evaluate(AXE)]
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    return found


@pytest.mark.parametrize("name", PAGES)
def test_nobody_is_kept_out(browser: Browser, site: Site, axe: str, name: str) -> None:
    with browser.page() as page:
        assert page.open(site.url + PAGES[name]) == STATUS.get(name, 200)
        assert violations(page, axe) == []


@pytest.mark.parametrize("path", ["/ops?refresh=off", "/docs", "ingest:/docs", "ingest:/asyncapi"])
def test_nobody_is_kept_out_of_what_operators_and_partners_read(
    browser: Browser, site: Site, axe: str, path: str
) -> None:
    service, _, on_ingest = path.partition(":")
    url = site.ingest_url + on_ingest if on_ingest else site.url + service
    with browser.page() as page:
        assert page.open(url, Authorization=f"Bearer {site.admin}") == 200
        assert violations(page, axe) == []


@pytest.mark.parametrize("width", [320, PHONE, DESKTOP])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_wide_as_the_screen_and_loads_only_what_is_its_own(
    browser: Browser, site: Site, name: str, width: int
) -> None:
    with browser.page(width) as page:
        page.open(site.url + PAGES[name])
        assert page.evaluate("document.documentElement.scrollWidth") == width
        # A browser says so in its console when a page has another status than 200.
        assert [
            told for told in page.complaints() if "the server responded with a status of" not in told
        ] == []
        hosts = {urlsplit(url).netloc for url in page.requested()}
        own = {urlsplit(site.url).netloc}
        assert hosts == (own | {urlsplit(site.media_url).netloc} if name == "article" else own)


def test_the_pages_have_no_script_and_need_none(browser: Browser, site: Site) -> None:
    with browser.page(scripts=False) as page:
        page.open(site.url)
        page.evaluate("document.querySelector('#q').focus()")
        page.type("ODEGARD")
        page.press("Enter")
        page.wait_for_address("/?q=ODEGARD")
        assert page.evaluate("document.querySelector('.feed h3').innerText") == "Oddvar Ødegård"
        assert page.evaluate("document.querySelectorAll('link[rel=alternate]').length") == 3


def test_the_keyboard_alone_is_enough(browser: Browser, site: Site) -> None:
    with browser.page() as page:
        page.open(site.url)
        page.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        outlines = set()
        for _ in range(12):
            page.press("Tab")
            outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
        assert outlines == {"solid"}


def test_the_skip_link_leads_to_the_content(browser: Browser, site: Site) -> None:
    with browser.page() as page:
        page.open(f"{site.url}/articles/ice-roads")
        page.press("Tab")
        page.press("Enter")
        page.wait_for_address("#main")
        assert page.evaluate("document.activeElement.id") == "main"


def test_the_facts_for_machines_are_there_although_no_script_may_run(browser: Browser, site: Site) -> None:
    with browser.page() as page:
        page.open(f"{site.url}/articles/hostile")
        told = page.evaluate("document.querySelector('script[type=\"application/ld+json\"]').textContent")
        assert json.loads(told)["headline"] == page.evaluate("document.querySelector('h1').textContent")
        assert page.evaluate("document.title").startswith("</script><script>alert(1)</script>")
        assert page.evaluate("document.scripts.length") == 1


def test_the_policy_of_the_pages_lets_no_script_run(browser: Browser, site: Site) -> None:
    with browser.page() as page:
        page.open(site.url)
        page.evaluate(
            "const script = document.createElement('script'); script.text = 'window.ran = true';"
            "document.head.append(script)"
        )
        assert page.evaluate("window.ran") is None
        assert any("Content Security Policy" in told for told in page.complaints())


def test_sound_plays_where_the_article_is(browser: Browser, site: Site) -> None:
    with browser.page() as page:
        page.open(f"{site.url}/articles/ports")
        played = page.evaluate(
            "new Promise(told => { const sound = document.querySelector('audio'); sound.muted = true;"
            " sound.onended = () => told(sound.duration); sound.onerror = () => told(sound.error.message);"
            " sound.play().catch(error => told(String(error))); })"
        )
        assert played == pytest.approx(0.1, abs=0.05)


def test_pictures_are_as_wide_as_their_text_at_most(browser: Browser, site: Site) -> None:
    with browser.page(PHONE) as page:
        page.open(f"{site.url}/articles/ice-roads")
        shown = page.evaluate("(p => [p.complete, p.naturalWidth, p.width])(document.querySelector('img'))")
        assert shown[0] is True
        assert shown[1] == 800
        assert shown[2] <= PHONE


def test_one_sort_of_page_looks_like_another(browser: Browser, site: Site) -> None:
    """The colours of text and page are the same everywhere, the operators' and partners' pages included."""
    look = "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    for dark in (False, True):
        with browser.page(dark=dark) as page:
            seen = set()
            for path in ("/", "/articles/gone", "/ops?refresh=off", "/docs"):
                page.open(site.url + path, Authorization=f"Bearer {site.admin}")
                seen.add(tuple(page.evaluate(look)))
            assert len(seen) == 1
