"""Who gets to the desk, how, for how long, and from where."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from services.feed.desk.session import LIFETIME
from services.feed.ops.sampler import Sampler
from tests.conftest import ValkeyServer
from tests.feed.desk.at_the_desk import READ_TOKEN, TOKEN, Page, Person, a_desk


async def test_a_person_is_led_to_the_door_and_from_there_to_where_they_wanted(person: Person) -> None:
    turned = await person.get("/ops?refresh=off")
    door = await person.follow(turned.answer)
    assert (door.status, door.title) == (200, "Sign in")
    opened = await person.send(door, "Sign in", token=TOKEN, name="Ana")
    page = await person.follow(opened)
    assert page.answer.url.raw_path == b"/ops?refresh=off"
    assert page.status == 200
    assert page.html.xpath("string(//*[@class='who']/span)").strip() == "Ana"


async def test_the_cookie_is_for_this_site_and_no_script(person: Person) -> None:
    cookie = (await person.sign_in()).headers["set-cookie"]
    assert cookie.startswith("newswire-session=")
    parts = {part.strip() for part in cookie.lower().split(";")[1:]}
    assert parts == {"httponly", "samesite=strict", "path=/", f"max-age={LIFETIME.total_seconds():.0f}"}
    assert TOKEN not in cookie


async def test_over_https_the_cookie_is_for_https_and_this_host_alone(redis: Redis, sampler: Sampler) -> None:
    async with a_desk(redis, sampler, public_url="https://desk.example") as person:
        cookie = (await person.sign_in()).headers["set-cookie"]
    assert cookie.startswith("__Host-newswire-session=")
    assert "; Secure" in cookie
    assert "; Path=/" in cookie


async def test_a_wrong_token_opens_nothing(person: Person) -> None:
    for wrong in ("", "nw_another", f"{TOKEN}x", "…"):
        refused = Page(await person.sign_in(wrong))
        assert refused.status == 401
        assert "neither the admin token nor the read token" in refused.text
    assert person.client.cookies.jar is not None
    assert list(person.client.cookies.jar) == []


async def test_after_ten_wrong_tokens_the_right_one_waits_too(person: Person) -> None:
    for _ in range(10):
        assert (await person.sign_in("nw_guess")).status_code == 401
    refused = await person.sign_in(TOKEN)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "300")
    assert "Try again in 300 s." in Page(refused).text
    person.clock.move(seconds=299)
    assert (await person.sign_in(TOKEN)).status_code == 429
    person.clock.move(seconds=1)
    assert (await person.sign_in(TOKEN)).status_code == 303


async def test_signing_out_ends_the_session_everywhere(
    person: Person, redis: Redis, sampler: Sampler
) -> None:
    await person.sign_in()
    stolen = dict(person.client.cookies)
    left = await person.send(await person.get("/ops"), "Sign out")
    assert (await person.follow(left)).title == "Sign in"
    async with a_desk(redis, sampler) as elsewhere:
        elsewhere.client.cookies.update(stolen)
        assert (await elsewhere.get("/ops")).status == 303
    person.client.cookies.update(stolen)
    assert (await person.get("/ops")).status == 303


async def test_a_session_ends_by_itself(person: Person) -> None:
    await person.sign_in()
    person.clock.moment += LIFETIME - timedelta(seconds=1)
    assert (await person.get("/ops")).status == 200
    person.clock.move(seconds=1)
    assert (await person.get("/ops")).status == 303


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "http://desk.example.evil.example", "file://127.0.0.1"]
)
async def test_no_other_site_can_sign_anybody_in_or_out(person: Person, origin: str) -> None:
    refused = await person.post("/ops/login", {"token": TOKEN}, Origin=origin)
    assert refused.status_code == 403
    await person.sign_in()
    page = await person.get("/ops")
    _, fields = page.form("Sign out")
    assert (await person.post("/ops/logout", fields, Origin=origin)).status_code == 403
    assert (await person.get("/ops")).status == 200


async def test_behind_a_proxy_the_public_address_is_ours_too(person: Person) -> None:
    assert (
        await person.post("/ops/login", {"token": TOKEN}, Origin="http://desk.example")
    ).status_code == 303


async def test_a_form_without_its_sessions_own_token_does_nothing(person: Person) -> None:
    await person.sign_in()
    _, of_the_first = (await person.get("/ops")).form("Sign out")
    await person.sign_in()
    for fields in ({}, {"form_token": "x"}, of_the_first):
        assert (await person.post("/ops/logout", fields)).status_code == 403
    assert (await person.get("/ops")).status == 200


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "/\\evil.example", "/opsx", "/feeds"]
)
async def test_nobody_is_led_away_from_the_desk(person: Person, place: str) -> None:
    opened = await person.post("/ops/login", {"token": TOKEN, "next": place})
    assert opened.headers["location"] == "../ops"


async def test_whoever_only_looks_is_told_so(person: Person) -> None:
    await person.sign_in(READ_TOKEN, name="")
    page = await person.get("/ops")
    assert page.html.xpath("normalize-space(//*[@class='who']/span)") == "reader read only"


async def test_a_name_is_one_short_line(person: Person) -> None:
    await person.sign_in(name=" Ana\r\n<b>Ruiz</b>\x1b[31m " + "x" * 100)
    page = await person.get("/ops")
    shown = page.html.xpath("normalize-space(//*[@class='who']/span)")
    assert shown.startswith("Ana <b>Ruiz</b>[31m xxx")
    assert len(shown) == 60


async def test_a_program_bears_the_token_and_meets_no_door(person: Person) -> None:
    get = person.client.get
    assert (await get("/ops", headers={"Authorization": f"Bearer {TOKEN}"})).status_code == 200
    assert (await get("/ops", headers={"Authorization": f"Bearer {READ_TOKEN}"})).status_code == 200
    for wrong in ({"Authorization": "Bearer nw_another"}, {"Authorization": "Basic eDp5"}, {}):
        refused = await get("/ops", headers=wrong, params={"token": TOKEN})
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_a_link_from_elsewhere_is_followed_once_more_from_here(person: Person) -> None:
    """Browsers keep a strict cookie back when an alert's link is followed, and send it with the next step."""
    page = await person.get("/ops", **{"Sec-Fetch-Site": "cross-site"})
    assert (page.status, page.answer.headers["refresh"]) == (200, "0")


async def test_the_door_is_open_while_redis_is_away(person: Person, valkey: ValkeyServer) -> None:
    valkey.kill()
    page = await person.follow(await person.sign_in())
    assert (page.status, page.title.split()[0]) == (200, "Not")
    left = await person.send(page, "Sign out")
    assert left.status_code == 303


async def test_a_form_without_an_end_is_not_read_to_its_end(person: Person) -> None:
    refused = await person.post("/ops/login", {"token": "x" * 70_000})
    assert refused.status_code == 413
