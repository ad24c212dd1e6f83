"""Turns the bytes of a document into text, whatever editor or server they went through.

Typography (quotes, dashes, ellipses) stays; what only looks like a space, or like nothing, becomes so.
"""

import codecs
import unicodedata

from services.ingest.read.reading import UnreadableDocument

_FIRST_C1, _LAST_C1 = 0x80, 0x9F
_NEXT_LINE = 0x85
_STRAY = 0xDC00
"""Where `surrogateescape` puts a byte that is no UTF-8: at this code point plus the byte."""

_INVISIBLE = "\u00ad\u180e\u200b\u2060\ufeff\ufffe\uffff"


def _windows_1252(byte: int) -> str:
    return bytes([byte]).decode("cp1252", "replace")


def _replacements() -> dict[int, str]:
    """Return what every code point becomes that should not reach a reader as it is."""
    table = dict.fromkeys([*range(0x20), 0x7F], "")
    # A word processor's page and column breaks end a line; what separates lines in Unicode does too.
    table |= {ord(mark): "\n" for mark in "\n\v\f\u2028\u2029"} | {ord("\t"): "\t"}
    # Windows-1252 that somebody took for Latin-1 arrives as C1 controls, which no page means.
    table |= {code: _windows_1252(code) for code in range(_FIRST_C1, _LAST_C1 + 1)} | {_NEXT_LINE: "\n"}
    table |= {_STRAY + byte: _windows_1252(byte) for byte in range(0x80, 0x100)}
    table |= {code: " " for code in range(0xA0, 0x3001) if unicodedata.category(chr(code)) == "Zs"}
    return table | dict.fromkeys(map(ord, _INVISIBLE), "")


_REPLACEMENTS = _replacements()
_AS_BYTES = {ord(_windows_1252(byte)): byte for byte in range(_FIRST_C1, _LAST_C1 + 1)}
"""Windows-1252's own characters back to their bytes; U+FFFD to the last undefined one, which ends a `”`."""


def decode(raw: bytes) -> str:
    r"""Return the document as text with `\n` as its only line end and plain spaces.

    UTF-16 needs its byte order mark. Bytes that are no UTF-8 are read as Windows-1252, one by one, so that a
    single pasted quotation mark spoils nothing. A document that somebody saved after opening UTF-8 as
    Windows-1252 (`Itâ€™s`) is put right. Raises `UnreadableDocument` for what is no text.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _decode_utf16(raw)
    else:
        text = _as_meant(raw.decode("utf-8", "surrogateescape"))
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise UnreadableDocument(f"line {line}: this is binary, not text (it has a NUL character)")
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_REPLACEMENTS)


def _as_meant(text: str) -> str:
    """Return what was UTF-8 before it was read as Windows-1252; only a whole text can show that it was."""
    try:
        return text.removeprefix("\ufeff").translate(_AS_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _decode_utf16(raw: bytes) -> str:
    try:
        return raw.decode("utf-16")
    except UnicodeDecodeError as error:
        line = raw[: error.start].decode("utf-16", "replace").count("\n") + 1
        raise UnreadableDocument(f"line {line}: the document begins as UTF-16 but is none") from None
