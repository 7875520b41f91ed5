"""What a registry bears: clients that lie, hang up or come all at once, and disks that fail."""

from __future__ import annotations

import errno
import os
import random
import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.distribution.talk import (
    OCI_MANIFEST,
    ask,
    digest,
    manifest,
    push_blob,
    push_image,
    push_manifest,
)
from tests.waiting import until
from tui.distribution import uploads as uploads_module
from tui.distribution.registry import InUse, Registry
from tui.distribution.server import CONNECTIONS_MAX, RegistryServer
from tui.distribution.uploads import IDLE_SECONDS, Uploads

BIG = random.Random(7).randbytes(3_000_000)
CLIENT_HELLO = bytes.fromhex("16030100da010000d6030389be2094")


def files(registry: Registry) -> set[str]:
    """All files of a registry but its lock."""
    root = registry.layout.root
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    return found - {registry.layout.lock.name}


def talk_raw(address: str, data: bytes, *, end: bool = True) -> bytes:
    """Send bytes as they are, and return all that comes back."""
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(data)
        if end:
            connection.shutdown(socket.SHUT_WR)
        found = b""
        while block := connection.recv(65536):
            found += block
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/v2/../../../etc/manifests/passwd",
        "/v2/..%2f..%2f..%2fetc/blobs/sha256:" + "0" * 64,
        "/v2/a/manifests/..%2f..%2f..%2fb",
        "/v2/a/manifests/%2e%2e",
        "/v2/_layers/manifests/1",
        "/v2/a/_layers/tags/list",
        "/v2/a%00b/tags/list",
        "/v2/a/blobs/sha256:..%2f..%2f" + "0" * 58,
        "/v2/a/blobs/sha256%3A" + "G" * 64,
        "/v2/a/blobs/uploads/..%2f..%2fx",
        "/v2/a%0d%0aX-Evil:%201/tags/list",
        "/v2/" + "a/" * 127 + "aa/tags/list",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_path_leads_out_of_the_folder(
    shelf: Registry, address: str, path: str, method: str
) -> None:
    body = manifest(b"{}") if method == "PUT" else b""
    reply = ask(address, method, path, body)
    assert reply.status in {400, 404, 405}
    assert reply.json["errors"][0]["code"]
    assert not reply.header("X-Evil")
    assert files(shelf) == set()


@pytest.mark.parametrize(
    "sent",
    [
        CLIENT_HELLO + b"\r\n\r\n",
        b"no request at all\r\n\r\n",
        b"GET /v2/ HTTP/9.9\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"BREW /v2/ HTTP/1.1\r\n\r\n",
        b"POST /v2/a/blobs/uploads/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v2/a/blobs/uploads/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /v2/a/blobs/uploads/ HTTP/1.1\r\nContent-Length: 3\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v2/a/blobs/uploads/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    ],
)
def test_what_is_no_request_gets_a_status_line_and_is_hung_up_on(
    shelf: Registry, address: str, sent: bytes
) -> None:
    """Engines try TLS first, and go on with HTTP only after an answer that is HTTP."""
    answer = talk_raw(address, sent)
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert answer.count(b"HTTP/1.1") == 1
    assert b'"errors"' in answer
    assert ask(address, "GET", "/v2/").status == 200


@pytest.mark.parametrize(
    "body", [b"zz\r\nab\r\n", b"5\r\nab", b"2\r\nabX\r\n0\r\n\r\n", b"-1\r\n", b""]
)
def test_a_body_that_breaks_off_leaves_what_came(
    shelf: Registry, address: str, body: bytes
) -> None:
    location = ask(address, "POST", "/v2/a/blobs/uploads/").header("Location")
    head = f"PATCH {location} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert talk_raw(address, head.encode() + body) == b""
    assert ask(address, "GET", location).status == 204
    assert ask(address, "PUT", f"{location}?digest={digest(b'ab' + BIG)}").status == 400
    assert files(shelf) == set()


def test_an_upload_goes_on_where_it_broke_off(shelf: Registry, address: str) -> None:
    location = ask(address, "POST", "/v2/a/blobs/uploads/").header("Location")
    head = f"PATCH {location} HTTP/1.1\r\nContent-Length: {len(BIG)}\r\n\r\n"
    talk_raw(address, head.encode() + BIG[:2_000_000])
    until(lambda: not _is_written(shelf, location), "the registry has noticed the end")
    came = int(ask(address, "GET", location).header("Range").partition("-")[2]) + 1
    assert 0 < came <= 2_000_000
    sends = {"Content-Range": f"{came}-{len(BIG) - 1}"}
    done = ask(address, "PUT", f"{location}?digest={digest(BIG)}", BIG[came:], sends)
    assert done.status == 201
    assert ask(address, "GET", f"/v2/a/blobs/{digest(BIG)}").body == BIG


def _is_written(registry: Registry, location: str) -> bool:
    return registry.uploads.find("a", location.rpartition("/")[2]).writing.locked()


def test_a_stream_without_a_length_comes_whole(address: str) -> None:
    location = ask(address, "POST", "/v2/a/blobs/uploads/").header("Location")
    pieces = (BIG[start : start + 32_768] for start in range(0, len(BIG), 32_768))
    sent = ask(address, "PATCH", location, pieces)
    assert (sent.status, sent.header("Range")) == (202, f"0-{len(BIG) - 1}")
    assert ask(address, "PUT", f"{location}?digest={digest(BIG)}").status == 201
    assert ask(address, "GET", f"/v2/a/blobs/{digest(BIG)}").body == BIG


def test_who_waits_to_be_told_is_told_to_go_on_or_refused_at_once(address: str) -> None:
    head = f"POST {{}} HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: {len(BIG)}\r\n\r\n"
    good = f"/v2/a/blobs/uploads/?digest={digest(BIG)}"
    answer = talk_raw(address, head.format(good).encode() + BIG)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n")
    answer = talk_raw(address, head.format("/v2/A/blobs/uploads/").encode(), end=False)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_the_same_blob_may_be_pushed_by_many_at_once(shelf: Registry, address: str) -> None:
    def push(number: int) -> str:
        return push_image(address, f"team/{number % 3}", str(number), b"{}", BIG)

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(push, range(24)))) == 1
    assert [size for found, size in shelf.blobs.all() if found == digest(BIG)] == [len(BIG)]
    assert all(shelf.blobs.is_intact(found) for found, _size in shelf.blobs.all())
    assert list(shelf.layout.uploads.iterdir()) == []
    for number in range(24):
        assert ask(address, "HEAD", f"/v2/team/{number % 3}/manifests/{number}").status == 200


def test_one_request_at_a_time_writes_to_an_upload(shelf: Registry, address: str) -> None:
    location = ask(address, "POST", "/v2/a/blobs/uploads/").header("Location")
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as slow:
        slow.sendall(f"PATCH {location} HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc".encode())
        until(lambda: _is_written(shelf, location), "the first request writes")
        assert ask(address, "PATCH", location, b"xyz").status == 409
        assert ask(address, "PUT", f"{location}?digest={digest(b'abc')}").status == 409
        slow.sendall(b"defghi")
        assert slow.recv(65536).startswith(b"HTTP/1.1 202 ")
    assert ask(address, "PUT", f"{location}?digest={digest(b'abcdefghi')}").status == 201


def test_a_full_disk_is_told_and_leaves_nothing(
    shelf: Registry, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(upload: object, blocks: Iterator[bytes]) -> None:
        next(blocks)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    push_image(address, "a", "1", b"{}", b"layer")
    before = files(shelf)
    monkeypatch.setattr(uploads_module.Upload, "append", full)
    location = ask(address, "POST", "/v2/a/blobs/uploads/").header("Location")
    refused = ask(address, "PATCH", location, BIG)
    assert (refused.status, refused.code) == (507, "UNAVAILABLE")
    assert ask(address, "GET", location).status == 404
    refused = ask(address, "POST", f"/v2/a/blobs/uploads/?digest={digest(BIG)}", BIG)
    assert refused.status == 507
    assert files(shelf) == before
    assert ask(address, "GET", "/v2/a/manifests/1").status == 200


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own that is soon full."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False
    )
    if mounted.returncode:
        pytest.skip("a disk of its own needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="a disk of its own needs root")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", "2m") as disk,
        Registry(disk) as registry,
        RegistryServer(registry) as server,
    ):
        address = f"127.0.0.1:{server.port}"
        push_image(address, "a", "1", b"{}", b"layer")
        before = files(registry)
        for _attempt in range(3):
            refused = ask(address, "POST", f"/v2/a/blobs/uploads/?digest={digest(BIG)}", BIG)
            assert (refused.status, refused.code) == (507, "UNAVAILABLE")
        assert files(registry) == before
        push_image(address, "b", "1", b"{}", BIG[:1_000_000])


def test_an_upload_that_nobody_goes_on_with_is_dropped(tmp_path: Path) -> None:
    now = 0.0
    uploads = Uploads(tmp_path / "uploads", clock=lambda: now)
    uploads.sweep()
    left, held = uploads.begin("a"), uploads.begin("a")
    now += IDLE_SECONDS + 1
    with held.writing:
        fresh = uploads.begin("a")
    assert {path.name for path in (tmp_path / "uploads").iterdir()} == {held.id, fresh.id}
    assert not left.path.exists()


def test_what_an_earlier_server_left_is_swept(tmp_path: Path) -> None:
    with Registry(tmp_path) as registry:
        registry.uploads.begin("a").append([b"half"])
        stray = registry.layout.blobs / "sha256" / ".new-abc"
        stray.parent.mkdir(parents=True)
        stray.write_bytes(b"half")
    with Registry(tmp_path) as registry:
        assert files(registry) == set()


def test_a_folder_is_served_once(tmp_path: Path) -> None:
    with Registry(tmp_path), pytest.raises(InUse):
        Registry(tmp_path).open()
    with Registry(tmp_path):
        pass


def test_what_gets_its_place_was_synced_before_and_its_folder_after(
    shelf: Registry, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a power cut could leave a blob that has its name, but not its bytes."""
    done: list[tuple[str, str]] = []
    replace = os.replace

    def name_of(descriptor: int) -> str:
        return os.readlink(f"/proc/self/fd/{descriptor}")

    def replacing(source: Path, target: Path) -> None:
        done.append(("move", str(source)))
        replace(source, target)
        done.append(("there", str(target)))

    monkeypatch.setattr(os, "fsync", lambda each: done.append(("sync", name_of(each))))
    monkeypatch.setattr(os, "replace", replacing)
    push_image(address, "a", "1", b"{}", b"layer")
    moved = [number for number, (what, _path) in enumerate(done) if what == "move"]
    assert len(moved) == 8  # three blobs, the links to two and to the manifest, two of the tag
    for number in moved:
        assert ("sync", done[number][1]) in done[:number]
        target = Path(done[number + 1][1])
        assert done[number + 2] == ("sync", str(target.parent))


def test_a_damaged_blob_is_healed_by_the_next_push(shelf: Registry, address: str) -> None:
    push_blob(address, "a", BIG)
    shelf.layout.blob(digest(BIG)).write_bytes(b"\0" * len(BIG))
    assert not shelf.blobs.is_intact(digest(BIG))
    push_blob(address, "b", BIG)
    assert shelf.blobs.is_intact(digest(BIG))


def test_a_damaged_manifest_is_not_sent(shelf: Registry, address: str) -> None:
    found = push_image(address, "a", "1", b"{}", b"layer")
    shelf.layout.blob(found).write_bytes(b"{}")
    assert ask(address, "GET", "/v2/a/manifests/1").status == 404


def test_tags_and_manifests_change_under_load(shelf: Registry, address: str) -> None:
    """Pushes and deletes of one tag by many: each is answered, and the end is whole."""
    push_image(address, "a", "1", b"{}", b"layer")
    data = manifest(b"{}", b"layer")

    def change(number: int) -> int:
        if number % 3:
            return push_manifest(address, "a", "1", data, OCI_MANIFEST).status
        return ask(address, "DELETE", "/v2/a/manifests/1").status

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(change, range(60)))
    assert statuses <= {201, 202, 404}
    assert push_manifest(address, "a", "1", data).status == 201
    assert ask(address, "GET", "/v2/a/tags/list").json == {"name": "a", "tags": ["1"]}


def test_more_connections_than_can_be_served_are_hung_up_on(
    shelf: Registry, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.distribution.server.CONNECTIONS_MAX", 3)
    assert CONNECTIONS_MAX > 100
    host, _, port = address.partition(":")
    held = [socket.create_connection((host, int(port)), timeout=20) for _each in range(3)]
    try:
        for each in held:
            each.sendall(b"GET /v2/ HTTP/1.1\r\n\r\n")
            assert each.recv(65536).startswith(b"HTTP/1.1 200")
        with socket.create_connection((host, int(port)), timeout=20) as extra:
            assert extra.recv(1) == b""
    finally:
        for each in held:
            each.close()
    until(lambda: _answers(address), "there is room again")


def _answers(address: str) -> bool:
    try:
        return ask(address, "GET", "/v2/").status == 200
    except OSError:
        return False


def test_stopping_hangs_up_on_everybody(shelf: Registry) -> None:
    server = RegistryServer(shelf)
    server.start()
    host, port = "127.0.0.1", server.port
    with socket.create_connection((host, port), timeout=20) as waiting:
        waiting.sendall(b"PATCH /v2/a/blobs/uploads/x HTTP/1.1\r\n")
        stopper = threading.Thread(target=server.stop)
        stopper.start()
        assert waiting.recv(1) == b""
        stopper.join()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port), timeout=20).close()
