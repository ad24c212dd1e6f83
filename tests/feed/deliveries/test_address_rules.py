"""Which addresses are connected to."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feed.deliveries.address_rules import METADATA, AddressRules

PUBLIC_ONLY = AddressRules()
LOOPBACK_TOO = AddressRules((ip_network("127.0.0.0/8"),))
EVERYTHING = AddressRules((ip_network("0.0.0.0/0"), ip_network("::/0")))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_connected_to(address: str) -> None:
    assert PUBLIC_ONLY.refusal(address) is None


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.0.1", "100.64.0.1", "100.127.255.255", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *("255.255.255.255", "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "192.0.0.8"),
        *("192.88.99.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1"),
        *("2001:db8::1", "3fff::1", "100::1", "4000::1", "2001:2::1", "2001:20::1", "5f00::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::8.8.8.8", "64:ff9b::7f00:1"),
        *("64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:808:808::"),
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_our_own_network_and_its_disguises_are_refused(address: str) -> None:
    assert PUBLIC_ONLY.refusal(address)


@pytest.mark.parametrize("address", sorted(map(str, METADATA)))
def test_metadata_services_are_refused_whatever_is_allowed(address: str) -> None:
    assert "metadata" in (EVERYTHING.refusal(address) or "")


@pytest.mark.parametrize("address", ["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::"])
def test_a_metadata_service_is_known_inside_another_address(address: str) -> None:
    assert "metadata" in (EVERYTHING.refusal(address) or "")


def test_an_allowed_network_is_connected_to_and_no_other() -> None:
    assert LOOPBACK_TOO.refusal("127.0.0.1") is None
    assert LOOPBACK_TOO.refusal("::ffff:127.0.0.1") is None
    assert LOOPBACK_TOO.refusal("10.0.0.1")
    assert LOOPBACK_TOO.refusal("::1")


@pytest.mark.parametrize(
    ("allowed", "address"),
    [
        ("64:ff9b::/96", "64:ff9b::7f00:1"),
        ("64:ff9b::/96", "64:ff9b::a00:1"),
        ("2002::/16", "2002:7f00:1::"),
        ("2001::/32", "2001:0:a00:1:8000:63bf:80ff:fffe"),
        ("127.0.0.0/8", "2002:7f00:1::"),
        ("127.0.0.0/8", "::127.0.0.1"),
        ("::ffff:0:0/96", "::ffff:127.0.0.1"),
    ],
)
def test_an_allowed_wrapping_does_not_let_through_what_it_wraps(allowed: str, address: str) -> None:
    assert AddressRules((ip_network(allowed),)).refusal(address)


def test_a_wrapped_address_is_let_through_where_it_and_its_wrapping_are_allowed() -> None:
    both = AddressRules((ip_network("2002::/16"), ip_network("127.0.0.0/8")))
    assert both.refusal("2002:7f00:1::") is None
    assert AddressRules((ip_network("::1/128"),)).refusal("::1") is None


@pytest.mark.parametrize(
    "address",
    [
        *("64:ff9b:1:a9fe:a9:fe00::", "64:ff9b:1:a9:fe:a9fe::", "64:ff9b:1::a9:fea9:fe00:0"),
        *("64:ff9b:1::a9fe:a9fe", "64:ff9b:1:ff:ff:ff:a9fe:a9fe"),
    ],
)
def test_a_metadata_service_is_known_behind_every_length_of_a_local_nat64_prefix(address: str) -> None:
    """The places of the IPv4 address are those of RFC 6052 §2.2."""
    assert "metadata" in (EVERYTHING.refusal(address) or "")


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_disguise_is_never_let_through_where_it_is_refused_plain(
    address: IPv4Address,
) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::", "::"):
        disguised = IPv6Address(int(IPv6Address(prefix)) + int(address))
        if PUBLIC_ONLY.refusal(str(address)):
            assert PUBLIC_ONLY.refusal(str(disguised))


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_or_multicast_is_refused(
    address: IPv4Address | IPv6Address,
) -> None:
    if address.is_private or address.is_multicast or address.is_loopback or address.is_link_local:
        assert PUBLIC_ONLY.refusal(str(address))
