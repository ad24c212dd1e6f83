"""Signatures are those of Standard Webhooks."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from services.feed.deliveries.signature import new_secret, signature, signed_headers


def test_the_published_vector_comes_out() -> None:
    found = signature(
        "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=5))
def test_the_reference_library_verifies_what_either_secret_of_a_rotation_signed(
    content: dict[str, str],
) -> None:
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    new, old = new_secret(), new_secret()
    headers = signed_headers([new, old], "evt_1", int(datetime.now(UTC).timestamp()), body)
    assert Webhook(new).verify(body, headers) == json.loads(body)
    assert Webhook(old).verify(body, headers) == json.loads(body)


def test_another_secret_or_another_body_does_not_verify() -> None:
    headers = signed_headers([secret := new_secret()], "evt_1", int(datetime.now(UTC).timestamp()), b"{}")
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(b"{}", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b"{ }", headers)


def test_a_secret_holds_32_bytes_and_is_never_the_same() -> None:
    assert new_secret() != new_secret()
    assert len(new_secret()) == len("whsec_") + 44
