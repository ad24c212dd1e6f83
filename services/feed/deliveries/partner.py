"""A partner: an outlet or reader of its own to whom endpoints belong."""

import secrets
from typing import Annotated

from pydantic import AwareDatetime, StringConstraints

from shared.article import Frozen

PartnerName = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class Partner(Frozen):
    """Somebody who receives webhooks."""

    id: str
    name: PartnerName
    created_at: AwareDatetime


def new_partner_id() -> str:
    """Return a new random id, `ptr_` and 16 hexadecimal digits."""
    return f"ptr_{secrets.token_hex(8)}"
