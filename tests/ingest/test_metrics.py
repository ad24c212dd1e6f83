"""What Prometheus reads from the ingest service."""

from prometheus_client.parser import text_string_to_metric_families

from tests.ingest.service import Service, one_article


async def test_articles_are_counted_by_outcome_and_requests_by_route(ingest: Service) -> None:
    await ingest.post(**one_article())
    await ingest.post(**one_article())
    await ingest.client.get("/articles/x")
    await ingest.client.get("/no/such/path")

    text = (await ingest.client.get("/metrics")).text
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["newswire_ingest_articles_total", "published"] == 1
    assert samples["newswire_ingest_articles_total", "unchanged"] == 1
    assert samples["newswire_ingest_request_seconds_count", "/articles", "202"] == 2
    assert samples["newswire_ingest_request_seconds_count", "/articles/{article_id}", "404"] == 1
    assert samples["newswire_ingest_request_seconds_count", "none", "404"] == 1
