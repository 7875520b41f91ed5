"""Transfers over a socket: clients that hang up, several at once, bodies without a length."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.practice.talk import Talk, ask, talking
from tests.waiting import until
from tui.practice import loading, seeds
from tui.practice.archives import Archive
from tui.practice.hold import Hold, Settings
from tui.practice.registry import DOWNLOADS
from tui.practice.server import PracticeServer


@pytest.fixture
def hold() -> Hold:
    slow = Hold(Settings(speed=100_000))
    seeds.fill_registry(slow.registry)
    return slow


@pytest.fixture
def path(hold: Hold, tmp_path: Path) -> Iterator[Path]:
    socket_path = tmp_path / "e.sock"
    with PracticeServer(socket_path, hold):
        yield socket_path


def _begin(talk: Talk, image: str, tag: str) -> None:
    target = f"/v1.41/images/create?fromImage={image}&tag={tag}"
    talk.send(f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
    assert talk.head()[0] == 200


def _read_until(talk: Talk, word: bytes) -> None:
    while word not in (chunk := talk.chunk()):
        assert chunk, f"the stream ended before {word!r}"


def _lines_are_free(hold: Hold) -> bool:
    taken = [hold.registry.take_line() for _line in range(DOWNLOADS)]
    for took in taken:
        if took:
            hold.registry.give_line()
    return all(taken)


def test_a_client_that_hangs_up_stops_its_pull(hold: Hold, path: Path) -> None:
    with talking(path) as talk:
        _begin(talk, "nginx", "latest")
        _read_until(talk, b"Downloading")
        assert not _lines_are_free(hold)
    until(lambda: _lines_are_free(hold), "the pull to stop")
    assert (hold.images.all(), hold.layers.all(), hold.events.since(0)) == ([], [], [])


def test_a_client_that_hangs_up_while_it_waits_for_a_line(hold: Hold, path: Path) -> None:
    for _line in range(DOWNLOADS):
        assert hold.registry.take_line()
    threads = threading.active_count()
    with talking(path) as talk:
        _begin(talk, "debian", "12")
        _read_until(talk, b"Waiting")
    until(lambda: threading.active_count() <= threads, "the pull to stop")
    for _line in range(DOWNLOADS):
        hold.registry.give_line()
    assert hold.images.all() == []


def _last(path: Path, target: str, results: dict[str, Any]) -> None:
    body = ask(path, "POST", target).body
    results[target] = json.loads(body.decode().splitlines()[-1])


def test_several_pulls_at_once(path: Path, hold: Hold) -> None:
    hold.faults.set("slow-link", speed=20_000_000)
    results: dict[str, Any] = {}
    names = ("nginx", "nginx", "redis", "httpd", "memcached", "debian")
    targets = [f"/images/create?fromImage={name}&tag=latest&n={n}" for n, name in enumerate(names)]
    threads = [threading.Thread(target=_last, args=(path, each, results)) for each in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == len(names)
    assert all("Status: " in each["status"] for each in results.values()), results
    tags = {tag for image in hold.images.all() for tag in hold.images.names_of(image.image_id)[0]}
    assert tags == {f"{name}:latest" for name in names}


def test_an_archive_goes_out_and_comes_in_without_a_length(path: Path, hold: Hold) -> None:
    seeds.fill(hold)
    image_id = hold.images.find("shop/web:1.4").image_id
    saved = ask(path, "GET", "/images/shop%2Fweb:1.4/get")
    assert saved.headers["content-type"] == "application/x-tar"
    assert ask(path, "DELETE", f"/images/{image_id}?force=1").status == 200
    with talking(path) as talk:
        head = "POST /images/load?quiet=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        talk.send(head.encode())
        for at in range(0, len(saved.body), 60_000):
            piece = saved.body[at : at + 60_000]
            talk.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        talk.send(b"0\r\n\r\n")
        answered = talk.answer()
    assert json.loads(answered.body) == {"stream": "Loaded image: shop/web:1.4\n"}
    assert hold.images.find("shop/web:1.4").image_id == image_id


def test_a_client_that_hangs_up_in_the_middle_of_its_archive(
    path: Path, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    class Watched(Archive):
        def __init__(self, *given: Any) -> None:
            try:
                super().__init__(*given)
            except Exception as error:
                ended.append(str(error))
                raise
            ended.append("read")

    monkeypatch.setattr(loading, "Archive", Watched)
    with talking(path) as talk:
        head = b"POST /images/load HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
        talk.send(head + b"x" * 999)
    until(lambda: ended, "the load to stop")
    assert ended != ["read"]
    assert hold.images.all() == []
