"""`/api/partners`: who receives webhooks."""

from fastapi import APIRouter

from services.feed.deliveries.api_parts import ApiParts
from services.feed.deliveries.partner import Partner, PartnerName, new_partner_id
from shared.article import Frozen


class PartnerDraft(Frozen):
    """What a new partner is made from."""

    name: PartnerName


class PartnerList(Frozen):
    """All partners, the oldest first."""

    partners: tuple[Partner, ...]


def partner_routes(parts: ApiParts) -> APIRouter:
    """Return the routes; they check no token themselves."""
    router = APIRouter(prefix="/api/partners", tags=["partners"])

    @router.post("", status_code=201, summary="Add a partner")
    async def add(draft: PartnerDraft) -> Partner:
        partner = Partner(id=new_partner_id(), name=draft.name, created_at=parts.clock.now())
        await parts.registry.add_partner(partner)
        return partner

    @router.get("", summary="All partners")
    async def list_all() -> PartnerList:
        return PartnerList(partners=tuple(await parts.registry.partners()))

    @router.get("/{partner_id}", summary="One partner")
    async def show(partner_id: str) -> Partner:
        return await parts.partner(partner_id)

    @router.delete("/{partner_id}", status_code=204, summary="Remove a partner, its endpoints and deliveries")
    async def remove(partner_id: str) -> None:
        await parts.partner(partner_id)
        for endpoint in (await parts.registry.reread()).values():
            if endpoint.partner_id == partner_id:
                await parts.remove_endpoint(endpoint.id)
        await parts.registry.remove_partner(partner_id)

    return router
