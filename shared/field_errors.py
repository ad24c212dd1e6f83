"""What pydantic finds wrong, field by field."""

from collections.abc import Mapping, Sequence
from typing import Any


def field_errors(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return pydantic's errors as `{"field": "authors.0.name", "message": …}`, one for every bad field."""
    return [
        {"field": ".".join(str(part) for part in error["loc"]) or "(body)", "message": str(error["msg"])}
        for error in errors
    ]
