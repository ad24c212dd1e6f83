"""Who does something at the desk or through its API: what the audit log says of them."""

from fastapi import Request

from services.feed.operators import OperatorRole
from shared.article import Frozen


class Actor(Frozen):
    """Somebody who acts. `name` is what a person called themselves; `via` is `desk` or `api`."""

    name: str
    role: OperatorRole
    address: str
    via: str


def api_actor(request: Request, role: OperatorRole) -> Actor:
    """Return who calls the API: its tokens are nobody's in particular."""
    return Actor(name=f"{role.value} token", role=role, address=address_of(request), via="api")


def address_of(request: Request) -> str:
    """Return the address that a request came from; a proxy on this machine is believed what it says of it."""
    return request.client.host if request.client else "unknown"
