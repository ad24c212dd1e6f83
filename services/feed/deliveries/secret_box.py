"""Seals what an endpoint keeps secret before it is stored, with Fernet (AES-128-CBC and HMAC-SHA256).

Of several keys the first one seals and every one opens. https://cryptography.io/en/latest/fernet/
"""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

KEY_FILE = "secrets-key"

_SEALED = "§"
"""Begins every sealed text. Neither a signing secret nor a header's value, which is ASCII, ever does."""


def new_key() -> str:
    """Return a new random key: 32 bytes in URL-safe base64."""
    return Fernet.generate_key().decode()


def is_key(text: str) -> bool:
    """Tell whether the text is the base64 of 32 bytes."""
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


def is_sealed(text: str) -> bool:
    """Tell whether the text is sealed, or came back so because no key opened it."""
    return text.startswith(_SEALED)


class SecretBox:
    """Seals and opens texts with `keys`, the current one first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._current = Fernet(keys[0])
        self._all = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        """Return the text as it may be stored; what is sealed already stays as it is."""
        return text if is_sealed(text) else _SEALED + self._current.encrypt(text.encode()).decode()

    def open(self, stored: str) -> str:
        """Return the text itself; what none of the keys opens comes back sealed, so that nothing is lost."""
        if not is_sealed(stored):
            return stored
        try:
            return self._all.decrypt(stored.removeprefix(_SEALED)).decode()
        except InvalidToken:
            return stored

    def is_current(self, stored: str) -> bool:
        """Tell whether the text is sealed with the current key."""
        if not is_sealed(stored):
            return False
        try:
            self._current.decrypt(stored.removeprefix(_SEALED))
        except InvalidToken:
            return False
        return True
