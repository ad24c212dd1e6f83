"""Names as parts of an address: the same slug for every spelling of one name, in every script."""

import re
import unicodedata

from shared.keys import digest

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc]")
_NO_ASCII_WORD = re.compile("[^a-z0-9]+")
_LATIN_WITHOUT_PARTS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h"}
)
_LONGEST = 80
_KEPT_OF_A_LONG_ONE = 64


def slug(text: str) -> str:
    """Return lower-case letters and digits joined by `-`; never empty. A slug is its own slug.

    Accents of Latin letters are dropped, letters and marks of other scripts are kept. A text without any
    letter or digit gives a digest, and one of more than 80 characters is cut and given one.
    """
    name = plain_words(text)
    if not name:
        return digest(text)[:12]
    if len(name) > _LONGEST:
        return f"{name[:_KEPT_OF_A_LONG_ONE].rstrip('-')}-{digest(name)[:12]}"
    return name


def plain_words(text: str) -> str:
    """Return the words of a text as `slug` writes them, of any length; empty for a text without any."""
    if text.isascii():
        # The same in a tenth of the time.
        return _NO_ASCII_WORD.sub("-", text.replace("'", "").lower()).strip("-")
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = _APOSTROPHES.sub("", unicodedata.normalize("NFKD", folded)).translate(_LATIN_WITHOUT_PARTS)
    return unicodedata.normalize("NFC", _joined(plain)).strip("-")


def _joined(decomposed: str) -> str:
    """Replace each run of anything but letters, digits and their marks by one `-`."""
    kept: list[str] = []
    for character in decomposed:
        sort = unicodedata.category(character)[0]
        previous = kept[-1] if kept else "-"
        if sort in "LN":
            kept.append(character)
        elif sort == "M":
            if previous != "-" and not _is_latin(previous):
                kept.append(character)
        elif previous != "-":
            kept.append("-")
    return "".join(kept)


def _is_latin(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN")
