"""What the web process consists of."""

from tests.loaded import loaded_with


def test_the_web_process_loads_nothing_that_consumes_or_sends() -> None:
    """FastStream alone takes a tenth of the time that the process takes to load."""
    loaded = loaded_with("services.feed.__main__", "services.feed.web_half")
    assert "fastapi" in loaded
    assert not loaded & {"faststream", "aiohttp", "httpx"}
