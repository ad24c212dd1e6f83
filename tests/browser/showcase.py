"""Articles for looking at: what a good day brings, and everything that strains a page."""

from typing import Any

WORDS_WITHOUT_END = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 4

BODY = """
<p>The road opened late this year, and the mills in the south have noticed.
<a href="https://ledger.example/">A ledger kept by the drivers</a> has the dates since 1952.</p>
<h2>What the drivers saw</h2>
<p>Four weeks of thaw in March are a nuisance. In January they are a harvest that cannot be moved, and a
price that every bakery between the lake and the sea will ask in May.</p>
<blockquote><p>Nobody closes the road. The road closes itself.</p></blockquote>
<table><caption>Days on which lorries could cross</caption>
<thead><tr><th scope="col">Winter</th><th scope="col">First crossing</th><th scope="col">Last crossing</th>
<th scope="col">Days</th><th scope="col">Heaviest load allowed, in tonnes</th></tr></thead>
<tbody><tr><td>2023/24</td><td>19 December</td><td>2 April</td><td>105</td><td>40.0</td></tr>
<tr><td>2024/25</td><td>4 January</td><td>21 March</td><td>76</td><td>36.5</td></tr>
<tr><td>2025/26</td><td>23 January</td><td>27 February</td><td>35</td><td>22.0</td></tr></tbody></table>
<pre>thickness_cm = 4 * (load_tonnes ** 0.5)   # the drivers' own rule, which nobody has written down</pre>
<ul><li>Flour goes up first.</li><li>Then bread.</li><li>Then tempers.</li></ul>
"""


def showcase(media: str) -> list[dict[str, Any]]:
    """Return the articles as a publisher would post them; pictures and sound are at `media`."""
    return [
        {
            "id": "ice-roads",
            "title": "Ice roads and the price of bread",
            "subtitle": "Why a warm winter in the north makes bread dearer in the south",
            "kind": "report",
            "authors": [{"name": "Dr. Ana Ruiz"}, {"name": "李明"}, {"name": "Gen. Oddvar Ødegård (Ret.)"}],
            "published_at": "2026-03-02T23:30:00Z",
            "updated_at": "2026-03-05T08:00:00Z",
            "content_html": BODY,
            "topics": ["Food security", "Energy", "Arctic"],
            "image": {
                "url": f"{media}/picture.png",
                "alt": "A lorry on a frozen lake at dusk",
                "credit": "Photo: T. Example",
            },
            "corrections": [
                {"at": "2026-03-05T09:00:00+01:00", "note": "The first crossing was in January."}
            ],
            "rights": {
                "license": "https://creativecommons.org/licenses/by/4.0/",
                "notice": "© 2026 The Institute",
            },
        },
        {
            "id": "ports",
            "title": "Ports without pilots",
            "subtitle": "Who steers when nobody is aboard",
            "kind": "podcast",
            "authors": [{"name": "Ana Ruiz"}],
            "published_at": "2026-02-20",
            "summary": "Two harbour masters talk about ships that answer no radio.",
            "topics": ["Shipping"],
            "enclosures": [{"url": f"{media}/talk.wav", "type": "audio/wav", "length": 1644}],
        },
        {
            "id": "film",
            "title": "A harbour in one minute",
            "kind": "video",
            "published_at": "2026-02-18",
            "summary": "Twenty-four hours at the eastern mole.",
            "topics": ["Shipping"],
            "enclosures": [{"url": f"{media}/film.mp4", "type": "video/mp4", "length": 1_250_000}],
        },
        {
            "id": "bread",
            "title": "طرق الجليد وثمن الخبز",
            "language": "ar",
            "kind": "commentary",
            "authors": [{"name": "ليلى حداد"}],
            "published_at": "2026-03-03",
            "content_html": "<p>فُتح الطريق متأخراً هذا العام، وقد لاحظت المطاحن في الجنوب ذلك.</p>",
            "topics": ["Food security", "الطاقة"],
            "outlet": {"name": "صحيفة المثال", "url": "https://daily.example/ar"},
            "is_excerpt": True,
        },
        {
            "id": "hostile",
            "title": "</script><script>alert(1)</script> & “quotes” <b>'bold'</b>",
            "summary": "<img src=x onerror=alert(2)>",
            "authors": [{"name": '"><script>alert(3)</script>'}],
            "published_at": "2026-01-10",
            "topics": ["<i>Markup</i>"],
            "outlet": {"name": "</title><script>alert(4)</script>"},
        },
        {
            "id": "long",
            "title": WORDS_WITHOUT_END[:300],
            "authors": [{"name": f"Author Number {n} of a Very Large Committee"} for n in range(1, 21)],
            "published_at": "2026-01-09",
            "content_html": f"<p>{WORDS_WITHOUT_END}</p>",
            "topics": [WORDS_WITHOUT_END[:100]],
        },
        {
            "id": "elsewhere",
            "url": "https://thinktank.example/press/new-director",
            "title": "The Institute has a new director",
            "kind": "press",
            "published_at": "2026-03-04",
            "summary": "Ingrid Solheim takes over in June.",
        },
    ]


def crowd() -> list[dict[str, Any]]:
    """Return enough articles for more topics and authors than fit on the landing page."""
    return [
        {
            "id": f"crowd-{n}",
            "title": f"Notes from the archive, {n}",
            "kind": "testimony",
            "published_at": f"2001-01-{n % 28 + 1:02}",
            "authors": [{"name": f"Archivist {n}"}],
            "topics": [f"Shelf {n}", "The archive"],
        }
        for n in range(1, 41)
    ]
