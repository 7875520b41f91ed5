"""Pushes: what is asked, what the stream tells, what a refusal means."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.engine.fakes import FakeEngine, answer, chunked
from tui.engine import wire_stream
from tui.engine.client import connect
from tui.engine.errors import (
    AccessDenied,
    AuthRequired,
    EngineError,
    LoginRejected,
    NotLoggedIn,
    RegistryDown,
    RegistryPlain,
)
from tui.engine.meter import PushMeter
from tui.engine.push import NO_LOGIN, push
from tui.model.progress import LayerProgress, PullNote
from tui.model.reference import parse_reference

DIGEST = "sha256:deff2156e07a781d093d41eedbb2f38c495f515efc035fff6f789af559499278"


def _line(layer: str, status: str, current: int = 0, total: int = 0) -> dict[str, object]:
    detail = {"current": current, "total": total} if current else {}
    return {"status": status, "progressDetail": detail, "id": layer}


CLASSIC = (
    {"status": "The push refers to repository [h:1/p]"},
    _line("131ce577e827", "Preparing"),
    _line("9a1acb0ac3be", "Preparing"),
    _line("71e1acb0ac3b", "Preparing"),
    _line("71e1acb0ac3b", "Mounted from other/repo"),
    _line("9a1acb0ac3be", "Pushing", 66048, 5000000),
    _line("131ce577e827", "Pushing", 71680, 70000),
    _line("131ce577e827", "Pushed"),
    _line("9a1acb0ac3be", "Pushing", 4260352, 5000000),
    _line("9a1acb0ac3be", "Retrying in 5 seconds"),
    _line("9a1acb0ac3be", "Pushing", 1000, 5000000),
    _line("9a1acb0ac3be", "Pushing", 5007360, 5000000),
    _line("9a1acb0ac3be", "Pushed"),
    {"status": f"1: digest: {DIGEST} size: 736"},
    {"progressDetail": {}, "aux": {"Tag": "1", "Digest": DIGEST, "Size": 736}},
)
"""As Docker 20.10 sends it."""


def test_what_a_push_tells() -> None:
    meter = PushMeter(lambda: 1.0)
    done = []
    for line in CLASSIC:
        meter.feed(wire_stream.push_line(line))
        done.append(meter.done)
    assert done == sorted(done), "a retry does not go back"
    progress = meter.snapshot()
    assert (progress.done, progress.total) == (5070000, 5070000)
    assert meter.digests == {"1": DIGEST}
    assert len(progress.lines) == 2, "the digest is told once"


def test_layers_that_were_there_count_as_ready() -> None:
    meter = PushMeter(lambda: 1.0)
    for layer in ("a", "b", "c"):
        meter.feed(LayerProgress(layer, "Layer already exists"))
    meter.feed(LayerProgress("c", "Pushing", 10, 100))
    assert "2 of 3" in meter.snapshot().text


@pytest.mark.parametrize("line", [None, {}, {"aux": 7}, {"status": 1, "id": ["x"]}, {"aux": {}}])
def test_other_shapes_are_empty_notes(line: object) -> None:
    assert wire_stream.push_line(line) == PullNote("")


def _push(tmp_path: Path, name: str, *lines: object, all_tags: bool = False) -> tuple[str, str]:
    """Push to a fake Engine; returns the request's line and its head."""
    path = f"/images/{parse_reference(name).repository}/push"
    with (
        FakeEngine(tmp_path, {path: chunked(*lines)}) as engine,
        connect(engine.endpoint) as client,
    ):
        list(push(client, parse_reference(name), all_tags=all_tags))
        return engine.requests[-1], engine.heads[-1]


def test_what_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    request, head = _push(tmp_path, "h:1/a/b", *CLASSIC)
    assert request == "POST /v1.41/images/h:1/a/b/push?tag=latest HTTP/1.1"
    assert f"x-registry-auth: {NO_LOGIN}".lower() in head.lower()
    request, _head = _push(tmp_path, "h:1/a/b", all_tags=True)
    assert request == "POST /v1.41/images/h:1/a/b/push HTTP/1.1"
    login = {"auth": base64.b64encode(b"me:made-up-Secret-1").decode()}
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"h:1": login}}))
    _request, head = _push(tmp_path, "h:1/a/b")
    assert NO_LOGIN not in head


UNAUTHORIZED = "unauthorized: authentication required"


@pytest.mark.parametrize(
    ("text", "has_login", "kind"),
    [
        ("no basic auth credentials", False, NotLoggedIn),
        (UNAUTHORIZED, False, AuthRequired),
        (UNAUTHORIZED, True, LoginRejected),
        ("unauthorized: incorrect username or password", True, LoginRejected),
        ("denied: requested access to the resource is denied", True, AccessDenied),
        ('Get "https://h/v2/": http: server gave HTTP response to HTTPS client', 0, RegistryPlain),
    ],
)
def test_what_a_refusal_means(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    has_login: bool,
    kind: type[EngineError],
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    if has_login:
        login = {"auth": base64.b64encode(b"me:made-up-Secret-1").decode()}
        (tmp_path / "config.json").write_text(json.dumps({"auths": {"h:1": login}}))
    line = {"errorDetail": {"message": text}, "error": text}
    with pytest.raises(EngineError) as caught:
        _push(tmp_path, "h:1/a", CLASSIC[0], line)
    assert type(caught.value) is kind
    assert caught.value.remedy


def test_a_login_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text("{")
    with (
        FakeEngine(tmp_path, {"/images/a/push": chunked(*CLASSIC)}) as engine,
        connect(engine.endpoint) as client,
    ):
        first, *rest = push(client, parse_reference("a"))
    assert isinstance(first, PullNote)
    assert "cannot be read" in first.text
    assert len(rest) == len(CLASSIC)


def test_a_refusal_that_has_the_form_of_a_streams_error(tmp_path: Path) -> None:
    """As Podman answers a push to nowhere."""
    told = {"errorDetail": {"message": "dial tcp: connection refused"}, "error": "x"}
    with (
        FakeEngine(tmp_path, {"/images/h:1/a/push": answer(told, 500)}) as engine,
        connect(engine.endpoint) as client,
        pytest.raises(RegistryDown) as caught,
    ):
        list(push(client, parse_reference("h:1/a")))
    assert caught.value.detail == "dial tcp: connection refused"
