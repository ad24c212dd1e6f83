"""Which way languages are written."""

import pytest

from services.feed.feeds.text_direction import direction


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        *(("ar", "rtl"), ("ar-EG", "rtl"), ("he", "rtl"), ("FA", "rtl"), ("ckb", "rtl"), ("ur_PK", "rtl")),
        *(("az-Arab", "rtl"), ("pa-Arab-PK", "rtl"), ("ar-Latn", "ltr"), ("az-Latn", "ltr")),
        *(("en", "ltr"), ("de-AT", "ltr"), ("zh-Hant", "ltr"), ("x-private", "ltr")),
    ],
)
def test_a_script_decides_over_the_language(language: str, expected: str) -> None:
    assert direction(language) == expected
