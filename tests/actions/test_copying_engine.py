"""A container's files on a real Engine: looked at, copied out and in, as `docker cp` does it."""

from __future__ import annotations

import asyncio
import io
import os
import shlex
import socket
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.actions.verbs import Verbs, run_docker, went_well
from tests.engines.images import ImageSpec, runnable
from tests.layers.tars import member, tar
from tui.actions.values.containerfiles import CopyIn, CopyOut, OpenPath
from tui.actions.values.containers import ContainerTarget
from tui.contents import folders
from tui.contents.engine import offers_for
from tui.contents.source import free_offer
from tui.engine.images import image_facts
from tui.model.folder import Folder
from tui.model.job import Job, JobState
from tui.model.listing import Kind

AWKWARD = "new\nline \x1b[2J 'quoted' ünï"
OLD, LATE = -86_400, 1_700_000_000
MADE = {".dockerenv", "dev/console", "etc/resolv.conf", "etc/hosts", "etc/hostname", "etc/mtab"}
"""What Engines put into each container, each time anew."""

NASTY = tar(
    [
        member("etc/", mode=0o755),
        member("etc/one", b"1" * 500, mode=0o640, mtime=LATE),
        member("etc/hard", type=tarfile.LNKTYPE, linkname="etc/one", mode=0o640, mtime=LATE),
        member("etc/soft", type=tarfile.SYMTYPE, linkname="one", mtime=LATE),
        member("etc/up", type=tarfile.SYMTYPE, linkname="../data"),
        member("etc/loop", type=tarfile.SYMTYPE, linkname="loop"),
        member("etc/dangling", type=tarfile.SYMTYPE, linkname="/nowhere"),
        member("etc/empty"),
        member("data/", mode=0o711, mtime=OLD),
        member("data/closed/", mode=0o500, mtime=LATE),
        member("data/closed/in", b"in", mode=0o400, mtime=OLD),
        member("data/big", os.urandom(300_000), mode=0o644),
        member("data/pipe", type=tarfile.FIFOTYPE),
        member(f"data/{AWKWARD}", b"awkward", mode=0o600),
        member("data/" + "l" * 200 + "/" + "n" * 180, b"long"),
        member("data/suid", b"s", mode=0o4755, uid=1000, gid=1000),
    ]
)


@pytest.fixture
def container(verbs: Verbs) -> ContainerTarget:
    """A container that was never started, of an image with an awkward tree."""
    image = verbs.maker.load(ImageSpec((NASTY,), tags=(verbs.maker.name("nasty:1"),)))[0]
    return ContainerTarget(
        verbs.container(image, "nasty", command=["x"]), f"{verbs.maker.prefix}-nasty"
    )


async def folder(verbs: Verbs, container: ContainerTarget, path: bytes) -> Folder:
    job = await verbs.do(OpenPath(container, path))
    assert job.state is JobState.DONE, (job.summary, job.remedy)
    folders = verbs.state.inside.folders
    return folders.known[folders.path]


def seen(root: Path) -> dict[str, tuple[object, ...]]:
    """Everything of a tree that a copy shall keep: kinds, modes, times, contents, links."""
    found: dict[str, tuple[object, ...]] = {}
    inodes: dict[int, str] = {}
    for path in sorted([root, *root.rglob("*")]):
        status, name = path.lstat(), str(path.relative_to(root))
        first = inodes.setdefault(status.st_ino, name)
        content: object = path.read_bytes() if stat.S_ISREG(status.st_mode) else first
        if stat.S_ISLNK(status.st_mode):
            content = os.readlink(path)
        time = 0 if path == root else int(status.st_mtime // 1)
        found[name] = (oct(status.st_mode & ~0o6000), status.st_uid, time, content, first)
    return found


async def test_a_folder_and_its_links_and_files(verbs: Verbs, container: ContainerTarget) -> None:
    root = await folder(verbs, container, b"/")
    data = root.item(b"data")
    assert data is not None
    assert data.is_folder
    assert data.size == 300_000 + len("in" + "awkward" + "long" + "s")
    etc = await folder(verbs, container, b"/etc")
    one = etc.item(b"one")
    assert one is not None
    assert (one.entry.mode, one.entry.mtime, one.size) == (0o640, LATE, 500)
    hard = etc.item(b"hard")  # which of the two is the file is the Engine's choice
    assert hard is not None
    assert {one.entry.kind, hard.entry.kind} == {Kind.FILE, Kind.HARDLINK}
    linked, data_itself = [
        await folder(verbs, container, path) for path in (b"/etc/up/closed/..", b"/data")
    ]
    assert (linked.path, linked.items) == (b"/data", data_itself.items), "links are followed"
    await verbs.do(OpenPath(container, b"/etc/hard"))
    assert verbs.state.file_text.data == b"1" * 500
    await verbs.do(OpenPath(container, b"/etc/soft", mounts=frozenset()))
    assert (verbs.state.file_text.path, verbs.state.file_text.has_more) == (b"/etc/one", False)


async def test_what_is_cut_is_filled_up_with_the_images_names(
    verbs: Verbs,
    container: ContainerTarget,
    tmp_path: Path,
    engine_kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = {item.name: item for item in (await folder(verbs, container, b"/data")).items}
    (tmp_path / "zz").write_bytes(b"the container's own")
    await verbs.do(CopyIn(container, str(tmp_path / "zz"), b"/data"))
    monkeypatch.setattr(folders, "NEAR", (100_000, 20_000))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cut = await folder(verbs, container, b"/data")
    assert cut.is_cut
    assert cut.read < 250_000
    found = {item.name: item for item in cut.items}
    if "names of the image" in cut.note:
        assert found.keys() - {b"zz"} == whole.keys()
        if engine_kind != "podman":  # whose stat tells no setuid
            told = {name: found[name].entry for name in (b"big", b"suid", b"pipe")}
            assert told == {name: whole[name].entry for name in told}
        assert found[b"closed"].entry.uid == 0
    else:  # nobody tells the image's files for nothing
        image = verbs.api.inspect_container(container.container_id)["Image"]
        image_id = image if image.startswith("sha256:") else f"sha256:{image}"
        facts = image_facts(verbs.client, image_id)
        assert free_offer(offers_for(verbs.client, facts, "x", read_only=True)[1]) is None
        assert set(found) == {b"big"}


@pytest.mark.parametrize("path", [b"/etc/loop", b"/etc/dangling", b"/nosuch", b"/data/pipe"])
async def test_what_cannot_be_opened_says_so(
    verbs: Verbs, container: ContainerTarget, path: bytes
) -> None:
    job = await verbs.do(OpenPath(container, path))
    assert job.state is JobState.FAILED
    assert job.summary
    assert job.remedy or path == b"/data/pipe" or path == b"/etc/loop"


@pytest.mark.parametrize("what", ["/etc", "/data", "/data/.", "/etc/one", "/etc/soft", "/"])
@pytest.mark.parametrize("is_there", [True, False])
async def test_copied_out_it_is_what_docker_cp_writes(
    verbs: Verbs,
    container: ContainerTarget,
    docker_cli: str,
    tmp_path: Path,
    engine_kind: str,
    what: str,
    is_there: bool,
) -> None:
    if engine_kind == "podman" and what == "/data/." and not is_there:
        pytest.skip("not on this Engine: the docker command makes nothing of what Podman tells")
    if engine_kind == "podman" and what == "/" and is_there:
        pytest.skip("not on this Engine: docker cp changes the mode of the folder that is there")
    ours, theirs = tmp_path / "ours" / "x", tmp_path / "theirs" / "x"
    for one in (ours, theirs):
        one.parent.mkdir()
        if is_there:
            one.mkdir()
    job = await verbs.do(CopyOut(container, what.encode(), str(ours)))
    assert went_well(job), job
    line = job.docker.replace(str(ours), str(theirs))
    ran = run_docker(docker_cli, line)
    assert ran.returncode == 0, ran.stderr
    expected = {name: value for name, value in seen(theirs).items() if "pipe" not in name}
    assert seen(ours) == expected
    if "data" in what:
        assert "left out: fifo" in job.summary
        assert "without its setuid" in job.summary


async def test_a_link_is_followed_where_that_is_wanted(
    verbs: Verbs, container: ContainerTarget, docker_cli: str, tmp_path: Path
) -> None:
    for path, name in ((b"/etc/soft", "soft"), (b"/etc/up", "up")):
        (tmp_path / "theirs").mkdir(exist_ok=True)
        (tmp_path / "ours").mkdir(exist_ok=True)
        job = await verbs.do(CopyOut(container, path, str(tmp_path / "ours"), follow=True))
        assert went_well(job), job
        ran = run_docker(docker_cli, job.docker.replace("/ours", "/theirs"))
        assert ran.returncode == 0, ran.stderr
        expected = seen(tmp_path / "theirs" / name)
        expected.pop("pipe", None)
        assert seen(tmp_path / "ours" / name) == expected


async def test_as_one_tar_it_is_byte_for_byte_what_docker_cp_sends(
    verbs: Verbs, container: ContainerTarget, docker_cli: str, tmp_path: Path
) -> None:
    target = tmp_path / "etc.tar"
    job = await verbs.do(CopyOut(container, b"/etc", str(target), as_tar=True))
    assert job.state is JobState.DONE, job
    theirs = tmp_path / "theirs.tar"
    line, _arrow, _file = job.docker.partition(" > ")
    with theirs.open("wb") as output:
        ran = await asyncio.create_subprocess_exec(
            *shlex.split(line), env={**os.environ, "DOCKER_HOST": docker_cli}, stdout=output
        )
        assert await ran.wait() == 0
    assert target.read_bytes() == theirs.read_bytes()
    again = await verbs.do(CopyOut(container, b"/etc", str(target), as_tar=True))
    assert again.state is JobState.FAILED, "the file is there"
    packed = tmp_path / "etc.tar.gz"
    await verbs.do(CopyOut(container, b"/etc/.", str(packed), as_tar=True))
    with tarfile.open(packed) as found:
        assert {Path(name).name for name in found.getnames()} >= {"one", "soft"}


async def test_names_that_look_like_patterns(
    verbs: Verbs, container: ContainerTarget, tmp_path: Path
) -> None:
    source = tmp_path / "a[b]"
    (source / "f[x]").mkdir(parents=True)
    for name in ("f[x]/in", "b\\s", "q?", "[z"):
        (source / name).write_bytes(name.encode())
    assert went_well(await verbs.do(CopyIn(container, str(source), b"/etc")))
    assert went_well(await verbs.do(CopyIn(container, str(source / "q?"), b"/etc/a[b]/f[x]")))
    inner = await folder(verbs, container, b"/etc/a[b]/f[x]")
    assert [item.name for item in inner.items] == [b"in", b"q?"]
    for path in (b"b\\s", b"q?", b"[z", b"f[x]/in"):
        await verbs.do(OpenPath(container, b"/etc/a[b]/" + path))
        assert verbs.state.file_text.data == path
    out = tmp_path / "out"
    assert went_well(await verbs.do(CopyOut(container, b"/etc/a[b]", str(out))))
    (source / "f[x]" / "q?").write_bytes(b"q?")
    contents = [
        {name: value[3] for name, value in seen(root).items() if not name.startswith("f")}
        for root in (out, source)
    ]
    assert contents[0] == contents[1]


async def test_what_is_there_stays_unless_asked(
    verbs: Verbs, container: ContainerTarget, tmp_path: Path
) -> None:
    mine = tmp_path / "one"
    mine.write_bytes(b"precious")
    action = CopyOut(container, b"/etc/one", str(mine))
    job = await verbs.do(action)
    assert mine.read_bytes() == b"precious"
    assert "File exists" in job.summary
    await verbs.do(action._replace(overwrite=True))
    assert mine.read_bytes() == b"1" * 500
    job = await verbs.do(CopyOut(container, b"/etc", str(mine)))
    assert job.state is JobState.FAILED, "a folder does not take the place of a file"


@pytest.fixture
def local(tmp_path: Path) -> Path:
    """A tree of this machine with everything that may be in one."""
    root = tmp_path / "src"
    (root / "sub" / ("l" * 200)).mkdir(parents=True)
    (root / "a").write_bytes(b"a" * 1000)
    (root / "a").chmod(0o4750)
    os.link(root / "a", root / "hard")
    os.symlink("a", root / "soft")
    os.symlink("/etc/nowhere", root / "sub" / "away")
    os.mkfifo(root / "pipe")
    (root / "sub" / ("l" * 200) / ("n" * 100)).write_bytes(os.urandom(70_000))
    (root / os.fsdecode(b"bytes-\xff\xfe")).write_bytes(b"no UTF-8")
    (root / AWKWARD).write_bytes(b"")
    os.utime(root / "a", (OLD, OLD))
    (root / "sub").chmod(0o1770)
    if not os.getuid():
        os.chown(root / "a", 1234, 70_000)
        os.chown(root / "soft", 4321, 5, follow_symlinks=False)
        os.setxattr(
            root / "sub" / ("l" * 200) / ("n" * 100),
            "security.capability",
            bytes.fromhex("0100000200040000000000000000000000000000"),
        )
    return root


def inside(verbs: Verbs, name: str) -> dict[str, tuple[object, ...]]:
    """Return all files of a container, as `docker export` tells them."""
    stream = b"".join(verbs.api.export(name))
    found: dict[str, tuple[object, ...]] = {}
    with tarfile.open(fileobj=io.BytesIO(stream)) as packed:
        for one in packed:
            if one.name in MADE:
                continue
            file = packed.extractfile(one) if one.isreg() else None
            time = 0 if one.isdir() else int(one.mtime)
            capability = one.pax_headers.get("SCHILY.xattr.security.capability", "")
            owner = (one.uid, one.gid, oct(one.mode & 0o7777))
            content = file.read() if file else one.linkname
            found[one.name] = (one.type, *owner, time, content, capability)
    return found


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("src", "/"),
        ("src", "/new"),
        ("src", "/data"),
        ("src/.", "/data"),
        ("src/.", "/new"),
        ("src/a", "/etc"),
        ("src/a", "/etc/renamed"),
        ("src/a", "/etc/one"),
        ("src/soft", "/etc"),
        ("src", "/etc/up"),
        ("src/a", "/etc/soft"),
    ],
)
async def test_copied_in_it_is_what_docker_cp_makes(
    verbs: Verbs, local: Path, docker_cli: str, engine_kind: str, source: str, path: str
) -> None:
    if engine_kind == "podman" and (source, path) == ("src/.", "/data"):
        pytest.skip("not on this Engine: there docker cp changes the mode of the folder itself")
    image = verbs.maker.load(ImageSpec((NASTY,), tags=(verbs.maker.name("nasty:1"),)))[0]
    names = [f"{verbs.maker.prefix}-{name}" for name in ("ours", "theirs")]
    ids = [verbs.container(image, name, command=["x"]) for name in ("ours", "theirs")]
    whole = f"{local.parent}/{source}"
    action = CopyIn(ContainerTarget(ids[0], names[0]), whole, path.encode(), overwrite=True)
    job = await verbs.do(action)
    assert went_well(job), job
    ran = run_docker(docker_cli, job.docker.replace(names[0], names[1]))
    assert ran.returncode == 0, ran.stderr
    assert inside(verbs, ids[0]) == inside(verbs, ids[1])


async def test_before_something_is_replaced_the_user_is_asked(
    verbs: Verbs, container: ContainerTarget, tmp_path: Path
) -> None:
    (tmp_path / "etc").mkdir()
    for name in ("one", "fresh"):
        (tmp_path / "etc" / name).write_bytes(b"mine")
    action = CopyIn(container, str(tmp_path / "etc"), b"/")
    before = inside(verbs, container.container_id)
    job = await verbs.do(action)
    assert job.state is JobState.DONE
    assert verbs.state.inside.replacing.names == (b"/etc/one",)
    assert inside(verbs, container.container_id) == before
    assert went_well(await verbs.do(action._replace(overwrite=True)))
    after = inside(verbs, container.container_id)
    assert after["etc/one"][5] == after["etc/fresh"][5] == b"mine"
    fresh = await verbs.do(CopyIn(container, str(tmp_path / "etc/fresh"), b"/other"))
    assert went_well(fresh), "nobody has to be asked for a new name"


async def test_sockets_and_what_cannot_be_read_are_left_out_and_told(
    verbs: Verbs, container: ContainerTarget, tmp_path: Path
) -> None:
    root = tmp_path / "run"
    root.mkdir()
    (root / "file").write_bytes(b"x")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(root / "sock"))
        job = await verbs.do(CopyIn(container, str(root), b"/"))
    assert went_well(job), job
    assert "1 file copied, 1 B (1 byte); 1 left out: socket" in job.summary
    files = inside(verbs, container.container_id)
    assert {name for name in files if name.startswith("run/")} >= {"run/file"}
    assert "run/sock" not in files


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (b"/nosuch/deeper", "no such folder"),
        (b"/etc/one/x", ""),
        (b"/nosuch/", "no such folder"),
        (b"/etc/one", "cannot be copied to this place"),
    ],
)
async def test_what_cannot_be_copied_in_says_why(
    verbs: Verbs, container: ContainerTarget, tmp_path: Path, path: bytes, sentence: str
) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"x")
    if path == b"/etc/one":
        source = tmp_path
    job = await verbs.do(CopyIn(container, str(source), path))
    assert job.state is JobState.FAILED, job
    assert sentence in f"{job.summary} {job.remedy}".lower()
    assert job.remedy


async def test_a_folder_never_takes_the_place_of_a_file(
    verbs: Verbs, container: ContainerTarget, tmp_path: Path
) -> None:
    (tmp_path / "etc" / "one").mkdir(parents=True)
    (tmp_path / "etc" / "one" / "x").write_bytes(b"x")
    job = await verbs.do(CopyIn(container, str(tmp_path / "etc"), b"/", overwrite=True))
    assert job.state is JobState.FAILED, job
    assert inside(verbs, container.container_id)["etc/one"][5] in (b"1" * 500, "etc/hard")


def with_volume(verbs: Verbs, name: str, volume: str, **options: Any) -> ContainerTarget:
    """Create a container with a volume at /there."""
    image = verbs.maker.load(runnable(verbs.maker.name("run:1")))[0]
    host = verbs.api.create_host_config(network_mode="none", binds=[volume], **options)
    name = f"{verbs.maker.prefix}-{name}"
    made = verbs.api.create_container(image, ["x"], name=name, host_config=host)["Id"]
    verbs.maker.adopt(containers=[made])
    return ContainerTarget(made, name)


async def test_volumes_are_looked_into_and_read_only_places_say_so(
    verbs: Verbs, tmp_path: Path, engine_kind: str
) -> None:
    volume = f"{verbs.maker.prefix}-volume"
    source = tmp_path / "file"
    source.write_bytes(b"x")
    try:
        writes = with_volume(verbs, "writes", f"{volume}:/there")
        assert went_well(await verbs.do(CopyIn(writes, str(source), b"/there")))
        reads = with_volume(verbs, "reads", f"{volume}:/there:ro", read_only=True)
        there = await folder(verbs, reads, b"/there")
        assert [item.name for item in there.items] == [b"file"]
        root = await folder(verbs, reads, b"/")
        assert [item.name for item in root.items if item.is_mount] == [b"there"]
        for path in (b"/", b"/there") if engine_kind != "podman" else ():  # which writes there
            job = await verbs.do(CopyIn(reads, str(source), path, overwrite=True))
            assert job.state is JobState.FAILED, job
            assert "read-only" in job.summary, job
    finally:
        verbs.maker.clean()
        verbs.api.remove_volume(volume)


async def test_a_running_containers_files(verbs: Verbs, tmp_path: Path) -> None:
    image = verbs.maker.load(runnable(verbs.maker.name("run:1")))[0]
    made = verbs.container(image, "runs", start=True)
    target = ContainerTarget(made, f"{verbs.maker.prefix}-runs")
    root = await folder(verbs, target, b"/")
    assert b"bin" in {item.name for item in root.items}
    proc = await folder(verbs, target, b"/proc")
    assert not proc.items
    assert "kernel" in proc.note
    (tmp_path / "new").write_bytes(b"for a program that runs")
    assert went_well(await verbs.do(CopyIn(target, str(tmp_path / "new"), b"/bin")))
    done = verbs.api.exec_start(verbs.api.exec_create(made, ["cat", "/bin/new"])["Id"])
    assert done == b"for a program that runs"


async def test_stopped_in_the_middle(verbs: Verbs, tmp_path: Path) -> None:
    image = verbs.maker.load(ImageSpec((NASTY,), tags=(verbs.maker.name("nasty:1"),)))[0]
    made = verbs.container(image, "stop", command=["x"])
    target = ContainerTarget(made, f"{verbs.maker.prefix}-stop")
    source = tmp_path / "large"
    with source.open("wb") as file:
        file.truncate(3_000_000_000)
    job_id = verbs.submit(CopyIn(target, str(source), b"/"))
    job = await _cancelled_on_the_way(verbs, job_id)
    assert job.state is JobState.CANCELLED
    assert "a part of it may be in the container" in job.summary


async def _cancelled_on_the_way(verbs: Verbs, job_id: int) -> Job:
    while not any(job.progress.done for job in verbs.state.jobs if job.job_id == job_id):
        await asyncio.sleep(0.01)
        assert job_id in {job.job_id for job in verbs.state.jobs if not job.state.is_final}
    verbs.dispatcher.cancel(job_id)
    return await verbs.ended(job_id)
