"""What a request says: bodies and filters, in the forms that clients send them."""

from __future__ import annotations

import pytest

from tests.practice.engine import request
from tui.practice.wire import ApiError


@pytest.mark.parametrize(
    ("body", "found"), [(b"", {}), (b" \n", {}), (b"null\n", {}), (b'{"a":[1]}', {"a": [1]})]
)
def test_a_body(body: bytes, found: object) -> None:
    assert request("POST", "/commit", body).json() == found


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "unexpected EOF"),
        (b"abc", "invalid character 'a' looking for beginning of value"),
        (b"[1]", "json: cannot unmarshal the body into an object"),
    ],
)
def test_a_body_that_is_none(body: bytes, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        request("POST", "/commit", body).json()
    assert caught.value.status == 500
    assert caught.value.message.startswith(message.split(" looking")[0])


def test_filters_have_two_forms() -> None:
    for text in ('{"label":["a","b"]}', '{"label":{"a":true,"b":true}}'):
        assert request("GET", f"/images/json?filters={text}").filters() == {"label": ["a", "b"]}
    assert request("GET", "/images/json").filters() == {}
    with pytest.raises(ApiError) as caught:
        request("GET", "/images/json?filters=abc").filters()
    assert caught.value.status == 500


@pytest.mark.parametrize(
    ("text", "flag"),
    [("", False), ("0", False), ("False", False), ("no", False), ("1", True), ("yes", True)],
)
def test_flags(text: str, flag: bool) -> None:
    assert request("GET", f"/x?all={text}").flag("all") is flag
