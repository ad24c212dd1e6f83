"""`/api/partners`: who receives webhooks or polls, and the token of each."""

from fastapi import APIRouter

from services.feed.deliveries.api_parts import ApiParts
from services.feed.deliveries.caller import Calling
from services.feed.deliveries.partner import Partner, PartnerName, Polled, new_partner_id
from shared.article import Frozen


class PartnerDraft(Frozen):
    """What a new partner is made from."""

    name: PartnerName
    polls: Polled | None = None


class PartnerList(Frozen):
    """All partners, the oldest first."""

    partners: tuple[Partner, ...]


class PartnerWithToken(Partner):
    """A partner and its new token: shown now and never again."""

    token: str


def partner_routes(parts: ApiParts) -> APIRouter:
    """Return the routes; who calls is found out before them."""
    router = APIRouter(prefix="/api/partners", tags=["partners"])

    @router.post("", status_code=201, summary="Add a partner; its token is told this once")
    async def add(caller: Calling, draft: PartnerDraft) -> PartnerWithToken:
        caller.require_admin()
        partner = Partner(
            id=new_partner_id(), name=draft.name, created_at=parts.clock.now(), polls=draft.polls
        )
        await parts.registry.add_partner(partner)
        return await _with_new_token(parts, partner)

    @router.get("", summary="All partners; to a partner, itself")
    async def list_all(caller: Calling) -> PartnerList:
        partners = await parts.registry.partners()
        return PartnerList(partners=tuple(p for p in partners if caller.may_see(p.id)))

    @router.get("/{partner_id}", summary="One partner")
    async def show(caller: Calling, partner_id: str) -> Partner:
        return await parts.partner(caller, partner_id)

    @router.post("/{partner_id}/rotate-token", summary="A new token; the old one is void at once")
    async def rotate_token(caller: Calling, partner_id: str) -> PartnerWithToken:
        partner = await parts.partner(caller, partner_id)
        caller.require_admin()
        return await _with_new_token(parts, partner)

    @router.delete("/{partner_id}", status_code=204, summary="Remove a partner, its endpoints and deliveries")
    async def remove(caller: Calling, partner_id: str) -> None:
        await parts.partner(caller, partner_id)
        caller.require_admin()
        await parts.tokens.forget(partner_id)
        for endpoint in await parts.endpoints(caller, partner_id):
            await parts.remove_endpoint(endpoint.id)
        await parts.registry.remove_partner(partner_id)
        await parts.polled.remove(partner_id)

    return router


async def _with_new_token(parts: ApiParts, partner: Partner) -> PartnerWithToken:
    token = await parts.tokens.make(partner.id)
    return PartnerWithToken.model_validate(partner.model_dump() | {"token": token})
