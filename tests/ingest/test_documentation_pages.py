"""The API's own documentation: true, complete, and usable without a network."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from lxml import etree, html

from services.ingest.asyncapi import asyncapi_document
from services.ingest.draft import ArticleInput
from shared import keys
from shared.events import ArticleEvent
from tests.builders import an_event
from tests.ingest.service import Service, one_article


async def test_openapi_describes_every_call_with_its_body_and_problems(ingest: Service) -> None:
    document = (await ingest.client.get("/openapi.json")).json()

    assert set(document["paths"]) == {
        *("/articles", "/articles/batch", "/articles/{article_id}", "/articles/{article_id}/withdraw"),
        *("/articles/{article_id}/restore", "/documents", "/healthz", "/readyz", "/metrics"),
        *("/asyncapi", "/asyncapi.json"),
    }
    post = document["paths"]["/articles"]["post"]
    assert post["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/ArticleInput"
    }
    assert {"202", "401", "413", "415", "422", "503"} <= set(post["responses"])
    assert post["security"]
    assert "HTTPValidationError" not in str(document)
    schemas = document["components"]["schemas"]
    assert set(schemas["ArticleInput"]["properties"]) == set(ArticleInput.model_fields)
    for reference in re.findall(r'"#/components/schemas/(\w+)"', str(document).replace("'", '"')):
        assert reference in schemas
    article = {"$ref": "#/components/schemas/ArticleInput", "components": document["components"]}
    Draft202012Validator(article).validate(one_article())


@pytest.mark.parametrize("path", ["/docs", "/asyncapi"])
async def test_a_page_loads_nothing_and_every_link_in_it_leads_somewhere(ingest: Service, path: str) -> None:
    answer = await ingest.client.get(path)
    page: Any = html.fromstring(answer.text)

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not page.xpath("//script | //link | //img | //@src | //@style | //@onclick")
    targets = page.xpath("//@id")
    assert len(targets) == len(set(targets))
    for link in page.xpath("//a/@href"):
        if link.startswith("#"):
            assert link[1:] in targets
        else:
            assert (await ingest.client.get(link)).status_code == 200
    assert {"schema-ArticleInput", "schema-ArticleEvent"} & set(targets)
    assert "default false" in page.text_content()
    assert etree.tostring(page.xpath("//main")[0], method="text", encoding="unicode").strip()


def test_asyncapi_has_a_channel_and_an_operation_for_each_stream_in_a_stable_order() -> None:
    document = asyncapi_document("1.0", partitions=3)

    assert document["asyncapi"] == "3.0.0"
    assert [channel["address"] for channel in document["channels"].values()] == [
        keys.events(partition) for partition in range(3)
    ]
    assert [operation["action"] for operation in document["operations"].values()] == ["send"] * 3
    assert str(document) == str(asyncapi_document("1.0", partitions=3))
    for name in document["components"]["messages"]:
        assert re.fullmatch(r"[a-zA-Z0-9.\-_]+", name)
    for reference in re.findall(r"'\$ref': '([^']+)'", str(document)):
        _follow(document, reference)


def test_the_asyncapi_payload_is_what_events_look_like() -> None:
    document = asyncapi_document("1.0", partitions=1)
    schema = {"$ref": "#/components/schemas/ArticleEvent", "components": document["components"]}
    validator = Draft202012Validator(schema)

    validator.validate(an_event().model_dump(mode="json"))
    assert set(document["components"]["schemas"]["ArticleEvent"]["properties"]) == set(
        ArticleEvent.model_fields
    )


def _follow(document: dict[str, Any], reference: str) -> object:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found
