"""A document's digest stands for its bytes: the same for the same, another for any other."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.feed.feeds.channel import Form
from services.feed.feeds.document import Document, document_of, write_entry
from services.feed.feeds.entry import entry_of
from tests.builders import NOON, an_article
from tests.feed.feeds.articles import PUBLISHER
from tests.feed.feeds.awkward_feeds import a_channel


def document(form: Form, numbers: list[int], title: str) -> Document:
    channel = replace(a_channel(form), title=title)
    articles = [an_article(id=f"a-{number}", title=f"Article {number}") for number in numbers]
    entries = [write_entry(form, entry_of(article, NOON, NOON, PUBLISHER)) for article in articles]
    return document_of(form, channel, entries)


numbers = st.lists(st.integers(0, 3), max_size=4, unique=True)
titles = st.sampled_from(["Ice", "Roads"])


@pytest.mark.parametrize("form", Form)
@given(numbers, numbers, titles, titles)
@settings(max_examples=60, deadline=None)
def test_two_documents_have_one_digest_only_if_they_are_the_same(
    form: Form, some: list[int], others: list[int], title: str, another: str
) -> None:
    first, second = document(form, some, title), document(form, others, another)
    assert (first.digest == second.digest) == (first.body == second.body)
    assert first.etag == f'"{first.digest}"'
    assert len(first.digest) == 32
