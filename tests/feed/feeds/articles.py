"""Articles of every awkward sort, for properties that must hold for all of them."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from services.feed.feeds.publisher import Publisher
from shared.article import Article, Author, Enclosure, Image, Kind, Outlet, Rights

PUBLISHER = Publisher(
    name="Institute for Ice & Roads",
    public_url="https://news.example",
    url="https://ice.example/",
)

# What ingest lets through: no lone surrogates, which no JSON can carry, and nothing that is only space.
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
names = texts.filter(lambda text: bool(text.strip()))
urls = st.from_regex(r"https://[a-z]{1,8}\.example/[a-z0-9/?=&%-]{0,20}", fullmatch=True)
moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
outlets = st.builds(Outlet, name=names, url=st.none() | urls)

articles = st.builds(
    Article,
    id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,40}", fullmatch=True),
    url=st.none() | urls,
    title=names,
    subtitle=st.none() | texts,
    kind=st.sampled_from(Kind),
    authors=st.lists(st.builds(Author, name=names, url=st.none() | urls), max_size=4).map(tuple),
    published_at=st.none() | moments,
    outlet=st.none() | outlets,
    summary=st.none() | texts,
    content_html=st.none() | texts.map(lambda text: f"<p>{text}]]></p>"),
    is_excerpt=st.booleans(),
    language=st.sampled_from(["en", "de-AT", "ar"]),
    topics=st.lists(names, max_size=4).map(tuple),
    image=st.none() | st.builds(Image, url=urls, alt=st.none() | texts, credit=st.none() | texts),
    enclosures=st.lists(
        st.builds(Enclosure, url=urls, type=st.just("audio/mpeg"), length=st.integers(0, 9**12))
    ).map(tuple),
    rights=st.none() | st.builds(Rights, license=st.none() | urls, notice=st.none() | texts),
)
