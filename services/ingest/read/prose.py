"""Tells running text from a headline, by what it looks like alone: the form has no other mark for it."""

from services.ingest.read import vocabulary

_HEADLINE_AT_MOST = 200
_SENTENCE_AT_LEAST = 8
"""A headline can end in a full stop too ("It is over."); a sentence of as many words hardly ever is one."""

_CONTENT_WORD = 4
_CLOSING = "\"'”’)]»"  # noqa: RUF001 - typographic quotes are meant


def is_cut_off(text: str) -> bool:
    """Return whether the text ends in a mark that says it was cut: `…`, `...`, `....`, `[...]`."""
    return _without_mark(text) is not None


def with_one_mark(text: str) -> str:
    """Return the text with its cut-off mark, if it has one, as `…`."""
    rest = _without_mark(text)
    return text if rest is None else f"{rest}…"


def _without_mark(text: str) -> str | None:
    trimmed = text[:-1].rstrip() if text.endswith(("]", ")")) else text
    rest = trimmed.rstrip(".… ")
    mark = trimmed[len(rest) :]
    if "…" not in mark and mark.count(".") < len("..."):
        return None
    return rest[:-1].rstrip() if trimmed is not text and rest.endswith(("[", "(")) else rest


def is_title_case(text: str) -> bool:
    """Return whether every word that carries meaning begins with a capital (or its script has none)."""
    return not any(_is_small_content_word(word) for word in text.split())


def _is_small_content_word(word: str) -> bool:
    bare = word.strip(".,:;!?\"'“”‘’()[]")  # noqa: RUF001 - typographic quotes are meant
    is_address = "." in bare
    return (
        len(bare) >= _CONTENT_WORD
        and bare.islower()
        and not is_address
        and bare not in vocabulary.SMALL_WORDS
    )


def ends_sentence(text: str) -> bool:
    """Return whether the text ends in a full stop that is not part of an abbreviation such as `U.S.`."""
    bare = text.rstrip(_CLOSING)
    return bare.endswith(".") and "." not in bare.rsplit(" ", 1)[-1][:-1]


def is_prose(text: str) -> bool:
    """Return whether the text is a teaser or a paragraph rather than a headline or a name."""
    if len(text) > _HEADLINE_AT_MOST or is_cut_off(text):
        return True
    return ends_sentence(text) and not is_title_case(text) and len(text.split()) >= _SENTENCE_AT_LEAST


def is_surely_prose(text: str) -> bool:
    """Return whether the text can be no headline, even where a headline is what should stand."""
    return len(text) > _HEADLINE_AT_MOST or is_cut_off(text)
