"""The line that sends the reader on to where the whole was published: "Read the full article in X."."""

from dataclasses import dataclass
from enum import StrEnum

from services.ingest.read import vocabulary
from services.ingest.read.prose import is_cut_off

_LONGEST_LINE = 240
_LONGEST_OUTLET = 100
_LONGEST_POINTER_WORDS = 12
_LONGEST_ASIDE_WORDS = 8
_ABBREVIATION = 3
_PREPOSITIONS = frozenset({"in", "at", "from", "on", "via"})
_ISSUES = (" issue of ", " edition of ")
_INVITATIONS = ("click here to ", "please ")
_TO_NOTHING_ELSE = frozenset({"here", "it", "live", "now", "to", "and", "with", "the"})
"""Small words that may stand between `Watch` or `Listen` and the outlet beside a name."""
_ARROWS = "»›>→ "  # noqa: RUF001 - arrows of links are meant


class Verb(StrEnum):
    """What the reader is asked to do."""

    READ = "read"
    LISTEN = "listen"
    WATCH = "watch"


_VERBS = {
    "read": Verb.READ,
    "continue": Verb.READ,
    "download": Verb.READ,
    "view": Verb.READ,
    "see": Verb.READ,
    "listen": Verb.LISTEN,
    "hear": Verb.LISTEN,
    "watch": Verb.WATCH,
}


@dataclass(frozen=True)
class Pointer:
    """Where to go on. `aside` marks one that leads to something else than the whole of this piece."""

    verb: Verb
    outlet: str | None = None
    piece: str | None = None
    aside: bool = False


def pointer_of(text: str) -> Pointer | None:
    """Return the pointer that the line is, or None. A line that was cut off says nothing for sure."""
    if len(text) > _LONGEST_LINE or is_cut_off(text) or not text[:1].isupper():
        return None
    words = _first_sentence(_without_invitation(text.rstrip(_ARROWS))).split()
    verb = _VERBS.get(words[0].lower()) if words else None
    if verb is None or len(words) == 1:
        return None
    before, outlet = _split_at_outlet(words[1:])
    lower = [word.strip(".,:").lower() for word in before]
    piece = next((word for word in reversed(lower) if word in vocabulary.PIECES), None)
    whole = not vocabulary.WHOLE.isdisjoint(lower)
    if not vocabulary.ANSWERS.isdisjoint(lower) and (not whole or _is_someones(before)):
        return _aside(verb, words)
    if whole and (outlet or len(words) <= _LONGEST_POINTER_WORDS):
        return Pointer(verb, outlet, piece)
    if outlet and (
        lower in (["more"], ["reading"]) or piece or (verb is not Verb.READ and _is_shown(before))
    ):
        return Pointer(verb, outlet, piece)
    return _aside(verb, words)


def _without_invitation(text: str) -> str:
    invitation = next((words for words in _INVITATIONS if text.lower().startswith(words)), "")
    return text[len(invitation) :]


def _first_sentence(text: str) -> str:
    """Return the pointer alone when another one ("Read Li's response.") stands behind it on the line."""
    ends = [end for opening in (". Read ", ". Listen ", ". Watch ") if (end := text.find(opening)) >= 0]
    return text[: min(ends) + 1] if ends else text


def _is_shown(words: list[str]) -> bool:
    """Return whether this can be what one watches or hears: a name, or nothing said ("Watch it on …")."""
    return all(word in _TO_NOTHING_ELSE or _is_named(word) for word in words)


def split_off_pointer(paragraph: str) -> tuple[str, Pointer | None]:
    """Return a paragraph without the pointer that is its last sentence, and that pointer."""
    for opening in (". Read the ", ". Listen to the ", ". Watch the "):
        start = paragraph.rfind(opening, max(0, len(paragraph) - _LONGEST_LINE))
        if start < 0:
            continue
        pointer = pointer_of(paragraph[start + 2 :])
        if pointer and pointer.outlet:
            return paragraph[: start + 1], pointer
    return paragraph, None


def _aside(verb: Verb, words: list[str]) -> Pointer | None:
    return Pointer(verb, aside=True) if len(words) <= _LONGEST_ASIDE_WORDS else None


def _is_someones(words: list[str]) -> bool:
    return any(word.endswith(("'s", "’s", "s'", "s’")) for word in words)  # noqa: RUF001 - apostrophes are meant


def _split_at_outlet(words: list[str]) -> tuple[list[str], str | None]:
    """Return the words before the outlet's preposition, and the outlet."""
    shouted = all(word.upper() == word for word in words)
    for index, word in enumerate(words):
        if (word.lower() if shouted else word) in _PREPOSITIONS:
            outlet = _outlet(words[index + 1 :])
            if outlet:
                return words[:index], outlet
    return words, None


def _outlet(words: list[str]) -> str | None:
    """Return the words as an outlet's name when they can be one; a small "the" is the sentence's own."""
    named = words[1:] if words[:1] == ["the"] else words
    if named and named[-1].rstrip(".").endswith(")") and not _is_named(named[-1]):
        named = named[: next((i for i, word in enumerate(named) if word.startswith("(")), len(named))]
    if len(named) > 1 and _is_form(named[0]) and named[1] in _PREPOSITIONS:
        return None
    name = " ".join(named).strip("“”\"'‘ ").removesuffix(".").rstrip(',;:“”" ')  # noqa: RUF001 - quotes are meant
    for issue in _ISSUES:
        name = name.partition(issue)[2].removeprefix("the ") or name
    if not name or len(name) > _LONGEST_OUTLET or _is_form(name):
        return None
    return name if _is_named(named[0]) and not any(map(_ends_sentence, named[:-1])) else None


def _is_form(text: str) -> bool:
    """Return whether the text names formats or languages alone: `PDF`, `English or Korean`."""
    words = text.lower().replace(",", "").split()
    return vocabulary.FORMATS_AND_LANGUAGES.issuperset(
        word for word in words if word not in ("or", "and", "&")
    )


def _is_named(word: str) -> bool:
    return word.lower() != word or word.upper() == word or "." in word.rstrip(".")


def _ends_sentence(word: str) -> bool:
    bare = word.rstrip(".")
    return word.endswith(".") and "." not in bare and len(bare) > _ABBREVIATION
