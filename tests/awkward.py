"""Articles that have broken feeds elsewhere, as a publisher would post them: over sixty, one oddity each."""

from typing import Any

_PLAIN: dict[str, Any] = {
    "published_at": "2026-03-02T12:00:00Z",
    "authors": [{"name": "Ana Ruiz"}],
    "summary": "A summary.",
    "content_html": "<p>A paragraph.</p>",
}

_TABLE = (
    "<table><caption>Grain, million tonnes</caption><thead><tr><th>Year</th><th>Sold</th></tr></thead>"
    "<tbody><tr><td>2024</td><td>31.5</td></tr><tr><td>2025</td><td>28</td></tr></tbody></table>"
)

_ODDITIES: dict[str, dict[str, Any]] = {
    "emoji": {"title": "Peace 🕊️ talks 👩‍👩‍👧‍👦 and 🇺🇳", "content_html": "<p>🕊️ on every page 🧭</p>"},
    "astral-letters": {"title": "𝔊𝔯𝔞𝔦𝔫 and 𐍈", "topics": ["𝔊𝔯𝔞𝔦𝔫"]},  # noqa: RUF001 - the oddity itself
    "arabic": {"title": "مستقبل المياه في المنطقة", "language": "ar", "authors": [{"name": "ليلى حداد"}]},
    "hebrew-mixed": {"title": "שלום and trade: 3 שאלות", "language": "he"},
    "right-to-left-marks": {"title": "Prices \u200frise\u200e and \u202bfall\u202c"},
    "chinese": {"title": "粮食安全与气候", "language": "zh-Hans", "topics": ["粮食", "气候"]},
    "korean": {"title": "북한의 다음 행보", "language": "ko", "authors": [{"name": "김두연"}]},
    "devanagari": {"title": "जल और ऊर्जा", "language": "hi"},
    "combining-marks": {"title": "Cafe\u0301 politics, e\u0302tc.", "topics": ["Cafe\u0301"]},
    "cdata-end": {"title": "Why ]]> breaks feeds", "content_html": "<p>An end: ]]&gt; and again ]]&gt;</p>"},
    "cdata-start": {"title": "<![CDATA[ as a title", "summary": "<![CDATA[ text ]]>"},
    "controls": {
        "title": "Bell\u0007 and\u0000 null\u000b",
        "content_html": "<p>Form\u000cfeed \u001b[1m</p>",
    },
    "next-line-and-separators": {"title": "One\u0085two\u2028three\u2029four"},
    "noncharacters": {"title": "Odd \ufffe and \uffff here"},
    "lone-high-surrogate": {"title": "Half a \ud83d pair", "summary": "\udc00 the other half"},
    "byte-order-mark": {"title": "\ufeffStarts with a mark"},
    "zero-width": {"title": "Soft\u00adhy\u00adphens and zero\u200bwidth"},
    "non-breaking-spaces": {"title": "A\u00a0title\u202fwith\u2009thin spaces"},
    "entities-in-title": {"title": "AT&T, R&D &amp; the &lt;b&gt; tag &copy; &#169;"},
    "markup-in-title": {"title": "<b>Bold</b> & <script>alert(1)</script>"},
    "less-than": {"title": "If a < b and b > c, then?", "summary": "1 < 2 & 3 > 2"},
    "quotes": {"title": "\"Double\", 'single', “curly” ‘quotes’ and «guillemets»"},  # noqa: RUF001 - the oddity
    "title-300": {"title": "Long " * 59 + "title"},
    "title-500": {"title": "x" * 500},
    "title-one-letter": {"title": "I"},
    "title-digits": {"title": "2026"},
    "title-only": {"title": "Nothing but a title", "authors": [], "summary": None, "content_html": None},
    "no-author": {"title": "Staff report", "authors": []},
    "twenty-authors": {"title": "A joint letter", "authors": [{"name": f"Author {n}"} for n in range(1, 21)]},
    "author-with-url": {
        "title": "By line",
        "authors": [{"name": "Ana Ruiz", "url": "https://a.example/?q=1&r=2"}],
    },
    "author-doctor": {
        "title": "With honours",
        "authors": [{"name": "Dr. Ana Ruiz"}, {"name": "Gen. (Ret.) B. Öz"}],
    },
    "author-markup": {"title": "Odd names", "authors": [{"name": 'O\'Neil & <Sons> "Ltd"'}]},
    "no-date": {"title": "Undated", "published_at": None},
    "date-only": {"title": "Only a day", "published_at": "2019-01-23"},
    "date-1970": {"title": "Epoch", "published_at": "1970-01-01T00:00:00Z"},
    "date-1899": {"title": "Before everything", "published_at": "1899-12-31"},
    "date-future": {"title": "Embargoed?", "published_at": "2093-05-05T05:05:05Z"},
    "date-offset": {"title": "Kathmandu time", "published_at": "2026-03-02T17:45:00+05:45"},
    "date-fraction": {"title": "Precise", "published_at": "2026-03-02T12:00:00.123456Z"},
    "date-leap-day": {"title": "Leap", "published_at": "2024-02-29"},
    "updated": {"title": "Corrected later", "updated_at": "2026-03-05T08:00:00Z"},
    "teaser": {"title": "Only a teaser", "content_html": None, "summary": "A teaser that is cut o…"},
    "excerpt-outlet": {
        "title": "Elsewhere in full",
        "is_excerpt": True,
        "outlet": {"name": "The Ledger", "url": "https://ledger.example/"},
        "url": "https://ledger.example/full?id=1&part=2",
    },
    "outlet-without-url": {"title": "Printed", "is_excerpt": True, "outlet": {"name": "Quarterly & Sons"}},
    "subtitle": {"title": "Title", "subtitle": "A deck, with “quotes” & more", "summary": None},
    "table": {"title": "A table", "content_html": f"<p>See:</p>{_TABLE}"},
    "pictures": {
        "title": "Pictures",
        "content_html": '<figure><img src="https://i.example/a.png?x=1&amp;y=2" alt="A &quot;map&quot;">'
        "<figcaption>Map</figcaption></figure>",
        "image": {"url": "https://i.example/lead.jpg", "alt": 'Ice & "snow"', "credit": "A. <Photo> / Wire"},
    },
    "relative-links": {
        "title": "Links",
        "url": "https://t.example/2026/links",
        "content_html": '<p><a href="../about">About</a> <a href="/x?a=1&amp;b=2#c">X</a> '
        '<img src="pic.png"></p>',
    },
    "url-unicode": {"title": "Odd address", "url": "https://t.example/caf%C3%A9/пример?q=ü"},
    "url-entities": {"title": "Ampersands", "url": "https://t.example/?a=1&b=2&copy=3&lt=4"},
    "scripts": {
        "title": "Hostile",
        "content_html": '<p onclick="x()">Hi</p><script>alert(1)</script><a href="javascript:x()">y</a>'
        '<iframe src="https://e.example"></iframe><form><input></form><style>p{}</style>',
    },
    "unclosed": {"title": "Tag soup", "content_html": "<p>One<p>Two <b>bold <i>both</b> italic</i><li>item"},
    "comment-and-pi": {
        "title": "Comments",
        "content_html": "<!-- x --><?php echo 1 ?><p>text</p><!-- ]]> -->",
    },
    "xml-in-html": {
        "title": "Prologue",
        "content_html": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><p>&a;</p>',
    },
    "code": {
        "title": "Code",
        "content_html": "<pre><code>if (a &lt; b &amp;&amp; c) {\n\tx();\n}</code></pre>",
    },
    "deep": {"title": "Deep", "content_html": "<blockquote>" * 200 + "deep" + "</blockquote>" * 200},
    "megabyte": {"title": "A megabyte", "content_html": "<p>" + "All work and no play. " * 47_000 + "</p>"},
    "one-long-line": {"title": "No spaces", "content_html": f"<p>{'w' * 100_000}</p>"},
    "white-space": {"title": "  Much \n\t  space  ", "content_html": "<p>\n\n  kept \n</p>\n"},
    "empty-paragraphs": {"title": "Nothing inside", "content_html": "<p></p><p> </p><div></div>"},
    "podcast": {
        "title": "An episode",
        "kind": "podcast",
        "enclosures": [{"url": "https://a.example/e.mp3?s=1&t=2", "type": "audio/mpeg", "length": 12345678}],
    },
    "video-two-enclosures": {
        "title": "A film",
        "kind": "video",
        "enclosures": [
            {"url": "https://a.example/f.mp4", "type": "video/mp4", "length": 0},
            {"url": "https://a.example/f.mp3", "type": "audio/mpeg", "length": 99},
        ],
    },
    "fifty-topics": {"title": "Everything", "topics": [f"Topic {n}" for n in range(50)]},
    "odd-topics": {"title": "Odd topics", "topics": ["R&D", "C++", "C#", "a/b", "<i>", "…", "Ελλάδα"]},
    "rights": {"title": "Terms", "rights": {"license": "CC BY-NC 4.0", "notice": "© 2026 “Us” & them"}},
    "language-long": {"title": "Brazilian", "language": "pt-BR-x-private"},
    "corrected": {
        "title": "Put right",
        "content_html": "<p>Yukon, not Alaska.</p>",
        "corrections": [
            {"at": "2026-03-05T08:00:00+01:00", "note": "Tonnes > kilograms & ]]>"},
            {"at": "2026-03-03", "note": "The road is in Yukon,\nnot in <Alaska>."},
        ],
    },
    "podcast-with-picture": {
        "title": "An episode & its cover",
        "kind": "podcast",
        "authors": [{"name": "N" * 200}, {"name": "M" * 200}],
        "image": {"url": "https://i.example/cover.jpg", "alt": "A cover"},
        "enclosures": [
            {"url": "https://a.example/notes.pdf", "type": "application/pdf", "length": 5},
            {"url": "https://a.example/e2.mp3", "type": "audio/mpeg", "length": 0},
        ],
    },
    "own-id": {"title": "With an id of its own", "id": "cms-4711"},
}

AWKWARD: dict[str, dict[str, Any]] = {name: {**_PLAIN, **oddity} for name, oddity in _ODDITIES.items()}
"""Name of the oddity → the article as posted."""
