"""The labels above a listed item: its kind, its topics, or both on one line."""

from dataclasses import dataclass

from services.ingest.read import vocabulary
from services.ingest.read.prose import is_prose
from shared.article import Kind

_SEPARATORS = "/|•·"
_LONGEST_LINE = 200
_LONGEST_TOPIC = 80
_LONGEST_KIND = 3
_LONGEST_OUTLET = 100


@dataclass(frozen=True)
class Label:
    """What a label line says."""

    kind: Kind | None = None
    topics: tuple[str, ...] = ()


def kind_of(text: str) -> Kind | None:
    """Return the kind when the text names one and nothing else, in singular or plural."""
    return vocabulary.KINDS.get(text.lower().replace("-", " ").rstrip(":"))


def is_topic(text: str) -> bool:
    """Return whether the text is a topic that many pages file under."""
    return text.lower() in vocabulary.TOPICS


def is_outlet(text: str) -> bool:
    """Return whether the text is the name of an outlet that many pages name."""
    return text.lower().removeprefix("the ") in vocabulary.OUTLETS


def may_be_outlet(text: str, most_words: int = 8) -> bool:
    """Return whether the text can be an outlet's name: a few words that are no sentence."""
    return len(text) <= _LONGEST_OUTLET and len(text.split()) <= most_words and not is_prose(text)


def label_of(text: str) -> Label | None:
    """Return what the line labels: a kind, topics set apart by `/`, or both; None when it is no label."""
    if len(text) > _LONGEST_LINE:
        return None
    alone = kind_of(text)
    if alone is not None:
        return Label(alone)
    return _separated(text) or _kind_and_known_topic(text)


def _separated(text: str) -> Label | None:
    parts = pieces(text)
    # A slash without spaces belongs to a word ("AC/DC"), unless a kind stands before it.
    if len(parts) == 1:
        parts = [part.strip() for part in text.split("/")]
        if kind_of(parts[0]) is None:
            return None
    kind = next((found for part in parts if (found := kind_of(part))), None)
    topics = tuple(part for part in parts if part and kind_of(part) is None)
    if len(parts) == 1 or any(len(topic) > _LONGEST_TOPIC or topic[-1] in ".?!…" for topic in topics):
        return None
    return Label(kind, topics)


def pieces(text: str) -> list[str]:
    """Return the parts of a line that are set apart by ` / `, ` | ` or a bullet between spaces."""
    parts: list[list[str]] = [[]]
    for word in text.split():
        if word in _SEPARATORS:
            parts.append([])
        else:
            parts[-1].append(word)
    return [" ".join(part) for part in parts]


def _kind_and_known_topic(text: str) -> Label | None:
    label = kind_then_topic(text)
    return label if label and all(is_topic(topic) for topic in label.topics) else None


def kind_then_topic(text: str) -> Label | None:
    """Return both from `Commentary Defense`, `Reports: Energy`; headlines look so too (`Video Games`)."""
    words = text.split()
    for count in range(min(_LONGEST_KIND, len(words) - 1), 0, -1):
        kind = kind_of(" ".join(words[:count]).rstrip(":,-–—"))  # noqa: RUF001 - dashes are meant
        if kind is not None:
            topic = " ".join(words[count:]).lstrip(":,-–— ")  # noqa: RUF001 - dashes are meant
            return Label(kind, (topic,)) if 0 < len(topic) <= _LONGEST_TOPIC else None
    return None
