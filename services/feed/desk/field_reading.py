"""Reads what a page's address or form holds into a typed form. Pure."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared.problems import not_valid

M = TypeVar("M", bound=BaseModel)

_TIMES = ("since", "until")
_AS_A_BROWSER_WRITES_IT = len("2026-03-02T12:00")


def read_fields(form: type[M], fields: Mapping[str, str]) -> M:
    """Return the form that the fields hold: what was left empty is not given, others' fields are passed over.

    A time as a browser's own field for it gives it has no offset: the desk's times are in UTC. Raises the 422
    that names every bad field.
    """
    given = {name: value.strip() for name, value in fields.items() if name in form.model_fields}
    given = {name: _in_utc(value) if name in _TIMES else value for name, value in given.items() if value}
    try:
        return form.model_validate(given)
    except ValidationError as error:
        raise not_valid(error.errors()) from error


def _in_utc(text: str) -> str:
    return f"{text}Z" if len(text) == _AS_A_BROWSER_WRITES_IT else text
