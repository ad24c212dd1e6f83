"""Reads a byline into its names; sentences and headlines that begin with "By" are none."""

import re

from services.ingest.read import vocabulary
from services.ingest.read.prose import is_cut_off

_LONGEST_LINE = 2000
_LONGEST_NAME = 80
_MOST_WORDS = 7
_BEFORE_AN_AFFILIATION = 2

_SEPARATOR = re.compile(r"( ?[,;] ?(?:and |& |with )?| and | & | with )")
_AND_OTHERS = re.compile(
    r"(?:,? et al\.?|,? (?:and|&) (?:\d{1,3} )?(?:others|more|colleagues))$", re.IGNORECASE
)
_IN_PARENTHESES = re.compile(r" ?\([^()]{0,80}\)")
_AFFILIATED = re.compile(r" (?:of|at|from) | [|–—] ")  # noqa: RUF001 - dashes are meant
_NEVER_IN_A_NAME = frozenset(':?!"“”/@#…0123456789')


def names_of(text: str) -> tuple[str, ...]:
    """Return the names of a byline as shown, without affiliations; empty when the line is no byline."""
    if len(text) > _LONGEST_LINE or text[:3].lower() not in ("by ", "by:") or is_cut_off(text):
        return ()
    rest = _AND_OTHERS.sub("", _IN_PARENTHESES.sub("", text[3:].strip()))
    if rest.endswith(".") and not _ends_in_abbreviation(rest):
        return ()
    return _collect(_SEPARATOR.split(rest))


def _ends_in_abbreviation(text: str) -> bool:
    last = text.rsplit(" ", 1)[-1]
    return _plain(last) in vocabulary.NAME_SUFFIXES or len(_plain(last)) == 1


def _collect(parts: list[str]) -> tuple[str, ...]:
    """Return the names among alternating parts and separators, or nothing when one of them can be none."""
    names: list[str] = []
    in_affiliation = False
    for index in range(0, len(parts), 2):
        separator = parts[index - 1].strip() if index else ""
        part = _without_article(parts[index].strip())
        name = _AFFILIATED.split(part, maxsplit=1)[0]
        name = name if len(name.split()) >= _BEFORE_AN_AFFILIATION else part
        if not part:
            continue
        if names and separator == "," and _plain(part) in vocabulary.NAME_SUFFIXES:
            names[-1] = f"{names[-1]}, {part}"[:_LONGEST_NAME]
        elif names and _is_affiliation(part, separator, in_affiliation):
            in_affiliation = True
        elif _is_name(name):
            names.append(name)
            in_affiliation = name != part
        else:
            return ()
    return tuple(dict.fromkeys(names))


def _is_affiliation(part: str, separator: str, in_affiliation: bool) -> bool:
    words = [_plain(word) for word in part.split()]
    # "A." is an initial; only the small word links.
    links = not vocabulary.LINKING_WORDS.isdisjoint(part.split())
    if in_affiliation and vocabulary.SUBJECTS.issuperset(words):
        return True
    about_a_place = links or not (vocabulary.ORGANISATIONS | vocabulary.ROLES).isdisjoint(words)
    if in_affiliation and separator in ("and", "&", ",and", ", and", ", &"):
        return about_a_place or not vocabulary.SUBJECTS.isdisjoint(words)
    if separator not in (",", ";"):
        return False
    if words[0] in vocabulary.HONORIFICS and len(words) > 1:
        return links
    return about_a_place or (len(words) == 1 and len(part) > 1 and part.isupper())


def _is_name(text: str) -> bool:
    words = text.split()
    if (
        not 0 < len(words) <= _MOST_WORDS
        or len(text) > _LONGEST_NAME
        or not _NEVER_IN_A_NAME.isdisjoint(text)
    ):
        return False
    if words[0] in vocabulary.LINKING_WORDS:
        return False
    links = vocabulary.LINKING_WORDS if _names_organisation(words) else frozenset()
    return any(char.isalpha() for char in text) and all(
        word in vocabulary.NAME_PARTICLES or word in links or _begins_as_a_name(word) for word in words
    )


def _names_organisation(words: list[str]) -> bool:
    return not vocabulary.ORGANISATIONS.isdisjoint(map(_plain, words))


def _without_article(part: str) -> str:
    """Return "the Editorial Board" without what is the sentence's own; "the Numbers" are nobody."""
    return part.removeprefix("the ") if _names_organisation(part.split()) else part


def _begins_as_a_name(word: str) -> bool:
    """Return whether the word has a capital (`d’Arcy`, `al-Sadr`), or no letters that could be one."""  # noqa: RUF002 - typographic apostrophe is meant
    return word.lower() != word or word.upper() == word


def _plain(word: str) -> str:
    return word.replace(".", "").strip("()[],").lower()
