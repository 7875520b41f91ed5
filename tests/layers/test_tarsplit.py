"""What the store keeps of a layer gives the listing of its tar."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.layers.tars import hostile_layers, member, tar
from tui.layers.bytesource import ByteSource
from tui.layers.errors import LayerError, NotReadable
from tui.layers.tarscan import scan
from tui.layers.tarsplit import layer_folder, read_split, split_listing
from tui.model.listing import Kind, LayerEntry
from tui.practice.tarsplit import split

LAYERS = hostile_layers()


def _bare(entries: tuple[LayerEntry, ...]) -> list[LayerEntry]:
    return [entry._replace(fingerprint=b"") for entry in entries]


@pytest.mark.parametrize("name", LAYERS)
def test_the_metadata_tell_what_the_tar_tells(name: str) -> None:
    found = read_split(io.BytesIO(split(LAYERS[name])))
    assert _bare(found) == list(scan(ByteSource(io.BytesIO(LAYERS[name]))))


def test_an_empty_file_is_no_empty_layer() -> None:
    with pytest.raises(LayerError):
        read_split(io.BytesIO(b""))
    assert read_split(io.BytesIO(gzip.compress(b""))) == ()


def test_a_file_with_content_has_a_fingerprint() -> None:
    data = tar([member("a", b"same"), member("b", b"same"), member("c", b"else"), member("d")])
    a, b, c, d = (entry.fingerprint for entry in read_split(io.BytesIO(split(data))))
    assert a == b != c
    assert not d


def test_many_files_over_many_pieces() -> None:
    data = tar([member(f"f{index}", b"x" * (index % 1500)) for index in range(3000)])
    found = read_split(io.BytesIO(split(data)))
    assert [(entry.path, entry.size) for entry in found] == [
        (b"f%d" % index, index % 1500) for index in range(3000)
    ]
    assert all(entry.fingerprint for entry in found if entry.kind is Kind.FILE and entry.size)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"no gzip at all",
        lambda data: gzip.compress(b'{"type":2,"payload":"A"}\n'),
        lambda data: gzip.compress(b'{"type":2,"payload":"AAAA'),
        lambda data: gzip.compress(b'{"type":2,"payload":"' + b"A" * (1 << 26)),
    ],
)
def test_damage_is_an_error_of_our_own(damage, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "tar-split.json.gz"
    path.write_bytes(damage(split(LAYERS["links"])))
    with pytest.raises(LayerError):
        split_listing(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotReadable):
        split_listing(tmp_path / "none")


def test_a_chain_id_is_no_way_out_of_the_folder() -> None:
    with pytest.raises(LayerError):
        layer_folder(Path("/data"), "overlay2", "sha256:../../etc")


def _random_tar(chance: random.Random) -> bytes:
    """Make a tar of what is usual and what is not, in every order."""
    members = []
    for n in range(chance.randrange(1, 60)):
        name = "/".join(chance.choice(["a", "b.c", ".d", "x" * 60]) for _ in range(4)) + f"-{n}"
        more: dict[str, object] = {
            "mode": chance.randrange(0o7777),
            "uid": chance.choice([0, 5, 3_000_000]),
        }
        more["mtime"] = chance.choice([0, 1.5, -5, chance.randrange(10**9)])
        pick = chance.randrange(12)
        if pick == 0:
            members.append(member(name, type=tarfile.SYMTYPE, linkname="../" + name, **more))
        elif pick == 1:
            members.append(member(name, type=tarfile.LNKTYPE, linkname=name[:-1] + "0", **more))
        elif pick == 2:
            members.append(member(f"./{name}/", **more))
        elif pick == 3:
            members.append(member(f"{name}/.wh.gone", **more))
        elif pick == 4:
            xattrs = {"SCHILY.xattr.user.x": "y" * chance.randrange(2000)}
            members.append(member(name, b"z", pax_headers=xattrs, **more))
        elif pick == 5:
            members.append(member("caf\udce9" + name * 4, b"1" * chance.randrange(600), **more))
        else:
            members.append(member(name, bytes(chance.randrange(1600)), **more))
    forms = (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)
    return tar(members, chance.choice(forms))


def _in_other_pieces(data: bytes, chance: random.Random) -> bytes:
    """Cut the raw bytes of a tar-split anew; of what is cut the last piece keeps its file."""
    lines = []
    for line in gzip.decompress(data).splitlines():
        one = json.loads(line)
        if one["type"] == 2 and len(one["payload"]) > 8 and chance.random() < 0.5:
            raw = base64.b64decode(one["payload"])
            at = chance.choice([1, 511, 512, chance.randrange(1, len(raw))])
            for piece in filter(None, (raw[:at], raw[at:])):
                payload = base64.b64encode(piece).decode()
                lines.append(json.dumps({**one, "payload": payload}, separators=(",", ":")))
        else:
            lines.append(line.decode("utf-8", "surrogateescape"))
    text = "".join(f"{line}\n" for line in lines)
    return gzip.compress(text.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("seed", range(30))
def test_any_tar_split_tells_what_the_tar_tells(seed: int) -> None:
    chance = random.Random(seed)
    data = _random_tar(chance)
    expected = list(scan(ByteSource(io.BytesIO(data))))
    kept = split(data)
    assert _bare(read_split(io.BytesIO(kept))) == expected
    for entry in read_split(io.BytesIO(kept)):
        assert bool(entry.fingerprint) == (entry.kind is Kind.FILE and entry.size > 0)
    assert _bare(read_split(io.BytesIO(_in_other_pieces(kept, chance)))) == expected


def test_more_kinds_of_headers_than_are_kept_in_mind() -> None:
    members = [
        member(f"{'p' * 99}/{n // 3:04}/{'q' * 60}{n % 3}", b"x" * (n % 700), uid=n, mtime=n)
        for n in range(4_500)
    ]
    data = tar(members, tarfile.USTAR_FORMAT)
    assert _bare(read_split(io.BytesIO(split(data)))) == list(scan(ByteSource(io.BytesIO(data))))


def test_a_damaged_header_is_found() -> None:
    data = tar([member(f"file{n}", b"x" * n) for n in range(100)])
    for at in (3, 130, 150, 157, 300, 511):
        lines = gzip.decompress(split(data)).splitlines()
        one = json.loads(lines[100])
        assert one["type"] == 2
        payload = bytearray(base64.b64decode(one["payload"]))
        payload[at - 512] ^= 1
        one["payload"] = base64.b64encode(payload).decode()
        lines[100] = json.dumps(one, separators=(",", ":")).encode()
        with pytest.raises(LayerError):
            read_split(io.BytesIO(gzip.compress(b"\n".join(lines) + b"\n")))


def test_mutated_tar_splits_raise_nothing_but_our_own() -> None:
    chance = random.Random(7)
    plain = gzip.decompress(split(_random_tar(chance)))
    for _ in range(1500):
        data = bytearray(plain)
        for _cut in range(chance.randrange(1, 4)):
            at = chance.randrange(len(data))
            pick = chance.randrange(3)
            if pick == 0:
                data[at] = chance.randrange(256)
            elif pick == 1:
                del data[at : at + chance.randrange(900)]
            else:
                data[at:at] = data[at : at + chance.randrange(900)]
        with suppress(LayerError):
            read_split(io.BytesIO(gzip.compress(bytes(data), 1)))
