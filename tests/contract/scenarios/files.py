"""A container's files: changes, archive, export."""

from __future__ import annotations

import base64
import io
import json
import tarfile

from tests.contract.bench import Bench
from tests.contract.scenario import scenario
from tests.engines.images import ImageSpec, Link, make_layer

_MADE_BY_ENGINES = ("dev", "proc", "sys", "etc", "run", ".dockerenv")
"""What an Engine puts into every container."""


def _rows(data: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [
            f"{member.name}{'/' if member.isdir() else ''} {member.mode & 0o7777:o} {member.size}"
            f"{f' -> {member.linkname}' if member.linkname else ''}"
            for member in tar.getmembers()
        ]


def _based(bench: Bench, rest: str = "one") -> str:
    files: dict[str, bytes | Link] = {
        "a/one": b"1" * 10,
        "a/two": b"2" * 20,
        "b/three": b"3",
        "link": Link("a/one"),
    }
    bench.load(ImageSpec((make_layer(files), bench.layer("own")), tags=(bench.name("base:1"),)))
    return bench.container(rest, Image=bench.name("base:1"), Cmd=["x"])


@scenario()
def changes(bench: Bench) -> None:
    container = _based(bench)
    path = f"/containers/{container}"
    bench.call("none yet", "GET", f"{path}/changes")
    layer = make_layer({"a/one": b"new", "c/d": b"x", "a/three": b"3"})
    bench.quiet("PUT", f"{path}/archive", {"path": "/"}, body=layer)
    found = bench.call("some", "GET", f"{path}/changes").json() or []
    rows = sorted(f"{row['Kind']} {row['Path']}" for row in found)
    bench.notes.note("changed", [row for row in rows if not row.endswith(_MADE_BY_ENGINES)])


@scenario()
def changes_by_a_process(bench: Bench) -> None:
    container = bench.container("one", Cmd=["sh", "-c", "touch /tmp/new; rm /bin/cat"], start=True)
    bench.quiet("POST", f"/containers/{container}/wait")
    found = bench.quiet("GET", f"/containers/{container}/changes").json() or []
    rows = sorted(f"{row['Kind']} {row['Path']}" for row in found)
    bench.calls["changed"] = "GET /containers/{id}/changes"
    bench.notes.note("changed", [row for row in rows if not row.endswith(_MADE_BY_ENGINES)])


@scenario()
def archive_out(bench: Bench) -> None:
    path = f"/containers/{_based(bench)}/archive"
    for step, wanted in {"a file": "/a/one", "a folder": "/a", "a link": "/link"}.items():
        answer = bench.call(step, "GET", path, {"path": wanted})
        bench.notes.note(f"{step}, entries", sorted(_rows(answer.body)))
        stat = answer.headers.get("x-docker-container-path-stat", "")
        bench.notes.shape(f"{step}, stat", json.loads(base64.b64decode(stat)), keep=("*",))
        head = bench.call(f"head of {step}", "HEAD", path, {"path": wanted})
        same = head.headers.get("x-docker-container-path-stat") == stat
        bench.notes.note(f"head of {step}, the same", same)
    bench.call("nothing there", "GET", path, {"path": "/no/such"})
    bench.call("head of nothing", "HEAD", path, {"path": "/no/such"})
    bench.call("no path", "GET", path)


_KINDS: tuple[tuple[str, bytes, int, str], ...] = (
    ("d", tarfile.DIRTYPE, 0o1750, ""),
    ("d/set", tarfile.REGTYPE, 0o4640, ""),
    ("d/relative", tarfile.SYMTYPE, 0o777, "../a/one"),
    ("d/dangling", tarfile.SYMTYPE, 0o777, "no/such"),
    ("d/zero", tarfile.CHRTYPE, 0o666, ""),
    ("d/block", tarfile.BLKTYPE, 0o660, ""),
    ("d/pipe", tarfile.FIFOTYPE, 0o600, ""),
    ("d/é ü?#%\n", tarfile.REGTYPE, 0o644, ""),
)


def _kinds() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, mode, target in _KINDS:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.linkname, info.mtime = kind, mode, target, 1_600_000_000
            is_device = kind in (tarfile.CHRTYPE, tarfile.BLKTYPE)
            info.devmajor, info.devminor = (1, 5) if is_device else (0, 0)
            tar.addfile(info)
    return buffer.getvalue()


@scenario()
def archive_stat(bench: Bench) -> None:
    container = _based(bench)
    path = f"/containers/{container}/archive"
    bench.quiet("PUT", path, {"path": "/"}, body=_kinds())
    for wanted in (
        *(f"/{name}" for name, *_rest in _KINDS),
        "/",
        "/d/",
        "d/set",
        "/link/",
        "/d/../a/one",
        "/d/relative/",
        "/d/dangling/x",
    ):
        head = bench.call(f"of {wanted}", "HEAD", path, {"path": wanted})
        told = head.headers.get("x-docker-container-path-stat")
        if told is not None:
            stat = json.loads(base64.b64decode(told.translate(str.maketrans("-_", "+/"))))
            bench.notes.shape(f"{wanted}, stat", stat, keep=("*",))
    bench.call("through a file", "HEAD", path, {"path": "/a/one/x"})
    bench.call("no container", "HEAD", "/containers/nosuch/archive", {"path": "/"})


@scenario()
def archive_in(bench: Bench) -> None:
    container = _based(bench)
    path = f"/containers/{container}/archive"
    layer = make_layer({"new": b"new", "two": b"2"})
    bench.call("into a folder", "PUT", path, {"path": "/a"}, body=layer)
    answer = bench.quiet("GET", path, {"path": "/a"})
    bench.notes.note("then", sorted(_rows(answer.body)))
    bench.call("into nothing", "PUT", path, {"path": "/no"}, body=layer)
    bench.call("into a file", "PUT", path, {"path": "/a/one"}, body=layer)
    bench.call("no tar", "PUT", path, {"path": "/"}, body=b"no tar at all" * 100)


@scenario()
def archive_in_carefully(bench: Bench) -> None:
    container = _based(bench)
    path = f"/containers/{container}/archive"
    careful = {"path": "/", "noOverwriteDirNonDir": "true"}
    over_file = make_layer({"a/one/deep": b"x"})
    over_folder = make_layer({"a": b"x"})
    bench.call("a folder over a file", "PUT", path, careful, body=over_file)
    bench.call("a file over a folder", "PUT", path, careful, body=over_folder)
    bench.call("files over files", "PUT", path, careful, body=make_layer({"a/one": b"new"}))
    answer = bench.quiet("GET", path, {"path": "/a"})
    bench.notes.note("then", sorted(_rows(answer.body)))
    bench.call("into nothing below", "PUT", path, {"path": "/no/such"}, body=over_folder)
    bench.call("no container", "PUT", "/containers/nosuch/archive", careful, body=over_folder)
    bench.call("head, no container", "HEAD", "/containers/nosuch/archive", {"path": "/"})


@scenario("classic", "containerd")
def archive_into_read_only_files(bench: Bench) -> None:
    host = {"NetworkMode": "none", "ReadonlyRootfs": True}
    container = bench.container("one", Cmd=["x"], HostConfig=host)
    path = f"/containers/{container}/archive"
    body = make_layer({"new": b"n"})
    bench.call("into the root", "PUT", path, {"path": "/"}, body=body)
    bench.call("out of it", "GET", path, {"path": "/bin"})


@scenario()
def export(bench: Bench) -> None:
    container = _based(bench)
    bench.quiet(
        "PUT", f"/containers/{container}/archive", {"path": "/"}, body=make_layer({"new": b"n"})
    )
    answer = bench.call("export", "GET", f"/containers/{container}/export")
    rows = sorted(row for row in _rows(answer.body) if not row.startswith(_MADE_BY_ENGINES))
    bench.notes.note("entries", rows)
