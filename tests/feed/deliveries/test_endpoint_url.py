"""What the URL of an endpoint may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.endpoint_url import complaint, without_query
from tests.feed.deliveries.delivery_builders import LOOPBACK


@pytest.mark.parametrize(
    "url",
    [
        "https://partner.example/hook",
        "http://partner.example:8080/hook?key=1",
        "https://xn--bcher-kva.example/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]:8443/a",
        "https://hooks.partner.example./x",
        "http://my_host-1.internal.example/",
    ],
)
def test_a_plain_web_address_is_taken(url: str) -> None:
    assert complaint(url, AddressRules()) is None


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://partner.example/", "http://"),
        ("partner.example/hook", "http://"),
        ("https:///hook", "host"),
        ("https://user:word@partner.example/", "password"),
        ("https://user@partner.example/", "user name"),
        ("https://partner.example:22/", "port"),
        ("https://partner.example:0/", "port"),
        ("https://partner.example:70000/", "URL"),
        ("https://partner.example/" + "a" * 2000, "2000"),
        ("https://partner.example/a b", "visible"),
        ("https://partner.example\\@evil.example/", "backslash"),
        ("https://bücher.example/", "ASCII"),
        ("http://127.0.0.1/", "loopback"),
        ("http://[::1]/", "loopback"),
        ("http://[::ffff:10.0.0.1]/", "private"),
        ("http://[fe80::1%25eth0]/", "zone"),
        ("http://[::g]/", "IP"),
        ("http://169.254.169.254/latest", "metadata"),
        ("http://2130706433/", "four decimal"),
        ("http://0x7f.1/", "four decimal"),
        ("http://0177.0.0.1/", "four decimal"),
        ("http://127.1/", "four decimal"),
        ("http://127.1./", "four decimal"),
        ("http://-a.example/", "host"),
        ("http://a..example/", "host"),
        ("", "visible"),
    ],
)
def test_any_other_address_is_refused_with_the_reason(url: str, says: str) -> None:
    assert says in (complaint(url, AddressRules()) or "")


def test_an_allowed_network_may_be_named() -> None:
    assert complaint("http://127.0.0.1:9000/hook", LOOPBACK) is None


@given(st.text(max_size=80))
def test_no_text_can_crash_the_check(text: str) -> None:
    for url in (text, f"http://{text}", f"https://[{text}]/"):
        complaint(url, LOOPBACK)


def test_what_is_shown_of_a_url_has_no_query() -> None:
    assert without_query("https://a.example/x?key=secret#part") == "https://a.example/x"
