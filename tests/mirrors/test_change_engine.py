"""Mirrors of a real Engine: set, reloaded, pulled through, rolled back; and every refusal."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.actions.verbs import Verbs
from tests.engines.images import ImageSpec
from tests.mirrors.mirror import LoggingMirror
from tests.waiting import until
from tui.actions.values.images import PullImage
from tui.actions.values.mirrors import (
    ChangeMirrors,
    MirrorEdit,
    ProbeMirrors,
    ReadMirrors,
    RollBackMirrors,
)
from tui.engine.client import EngineClient, connect
from tui.engine.errors import Cancelled
from tui.engine.system import has_reloaded
from tui.mirrors.change import check_file, do_change, plan_change
from tui.mirrors.errors import BadDaemonFile, ChangedMeanwhile, NotAccepted
from tui.mirrors.hands import OwnHands
from tui.mirrors.overview import read_mirrors
from tui.mirrors.places import SYSTEM
from tui.model.engine import Endpoint
from tui.model.job import JobState
from tui.model.mirrors import Mirrors, PlaceKind

if TYPE_CHECKING:
    from docker import APIClient

pytestmark = [pytest.mark.engine, pytest.mark.stores("classic", "containerd")]
NOWHERE = "http://127.0.0.1:9"


class DaemonJson:
    """The Engine's file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes:
        return self._path.read_bytes()

    def write(self, data: bytes) -> None:
        self._path.write_bytes(data)

    def with_key(self, key: str, value: object, indent: int | None = None) -> bytes:
        """Write one more key into it; returns the whole."""
        told = {**json.loads(self.read()), key: value}
        self.write(json.dumps(told, indent=indent, ensure_ascii=False).encode())
        return self.read()

    @property
    def backups(self) -> list[Path]:
        return sorted(self._path.parent.glob("daemon.json.orlop-*"))


@pytest.fixture
def file(endpoint: Endpoint) -> Iterator[DaemonJson]:
    """The Engine's file, which is as it was after the test; never that of this machine's own."""
    with connect(endpoint) as client:
        place = read_mirrors(client).place
        if place.kind is not PlaceKind.FILE or place.path == str(SYSTEM / "daemon.json"):
            pytest.skip("not on this Engine: its settings are not the test's")
        made = DaemonJson(Path(place.real))
        before = made.read()
        yield made
        now = read_mirrors(client)
        if now.in_force and not now.trouble:
            do_change(client, plan_change(now, []), OwnHands())
        made.write(before)
        for backup in made.backups:
            backup.unlink()


@pytest.fixture
def client(endpoint: Endpoint) -> Iterator[EngineClient]:
    with connect(endpoint) as client:
        yield client


def _in_force(api: APIClient) -> list[str]:
    return list(api.info()["RegistryConfig"]["Mirrors"] or [])


def _read(verbs: Verbs) -> Mirrors:
    assert verbs.state.mirrors is not None
    return verbs.state.mirrors


async def test_a_pull_goes_through_a_mirror_and_all_is_rolled_back(
    verbs: Verbs, file: DaemonJson, api: APIClient, registry: str
) -> None:
    """The whole way of a class: list, test, set, pull, roll back."""
    name = f"{verbs.maker.prefix}-mirrored"  # without a slash: below library/
    before, in_force = file.read(), _in_force(api)
    with LoggingMirror(registry) as mirror:
        push_library(verbs, registry, name)
        await verbs.do(ReadMirrors())
        assert _read(verbs).in_force == tuple(in_force)
        await verbs.do(ProbeMirrors((mirror.url,), f"{name}:1"))
        assert verbs.state.probes[f"{mirror.url}/"].is_fine

        action = ChangeMirrors(MirrorEdit.ADD_FIRST, (mirror.url,), expected=before)
        job = await verbs.do(action)
        assert job.state is JobState.DONE, job
        assert _in_force(api)[0] == f"{mirror.url}/"
        assert json.loads(file.read())["registry-mirrors"][0] == mirror.url
        assert not _read(verbs).is_stale

        mirror.asked.clear()
        pulled = await verbs.do(PullImage(f"{name}:1"))
        assert pulled.state is JobState.DONE, pulled
        assert f"GET /v2/library/{name}/manifests/" in " ".join(mirror.asked).replace("HEAD", "GET")
        assert any("/blobs/" in asked for asked in mirror.asked)
        verbs.api.remove_image(f"{name}:1")

        job = await verbs.do(RollBackMirrors())
        assert job.state is JobState.DONE, job
    assert file.read() == before
    assert _in_force(api) == in_force
    assert file.backups == []


def push_library(verbs: Verbs, registry: str, name: str) -> None:
    """Have the registry hold the image below library/ too."""
    spec_name = f"{registry}/library/{name}"
    verbs.maker.load(ImageSpec((verbs.maker.layer(name, 300_000),), tags=(f"{spec_name}:1",)))
    for line in verbs.api.push(spec_name, "1", stream=True, decode=True):
        assert "error" not in line, line
    verbs.api.remove_image(f"{spec_name}:1")


async def test_other_keys_stay_byte_for_byte(
    verbs: Verbs, file: DaemonJson, api: APIClient
) -> None:
    text = file.with_key("log-opts", {"tag": "a=ä"}, indent=7)  # not taken over by a reload
    for mirrors in ((NOWHERE,), (NOWHERE, "https://a.example"), ("https://a.example",)):
        job = await verbs.do(ChangeMirrors(MirrorEdit.SET, mirrors))
        assert job.state is JobState.DONE, job
        assert _in_force(api) == [f"{mirror}/" for mirror in mirrors]
    for _change in range(3):
        assert (await verbs.do(RollBackMirrors())).state is JobState.DONE
    assert file.read() == text
    assert _in_force(api) == []


async def test_removing_all_writes_an_empty_list(
    verbs: Verbs, file: DaemonJson, api: APIClient
) -> None:
    await verbs.do(ChangeMirrors(MirrorEdit.SET, (NOWHERE,)))
    job = await verbs.do(ChangeMirrors(MirrorEdit.REMOVE, (NOWHERE,)))
    assert job.state is JobState.DONE, job
    assert json.loads(file.read())["registry-mirrors"] == []
    assert _in_force(api) == []


async def test_where_the_mirrors_stay_the_same_the_event_proves_it(
    verbs: Verbs, file: DaemonJson, api: APIClient
) -> None:
    """An empty list where there was no key: `/info` tells nothing new."""
    since = time.time()
    job = await verbs.do(ChangeMirrors(MirrorEdit.SET, ()))
    assert job.state is JobState.DONE, job
    assert has_reloaded(verbs.client, since)
    assert not has_reloaded(verbs.client, time.time())
    assert _in_force(api) == []
    job = await verbs.do(ChangeMirrors(MirrorEdit.SET, ()))
    assert "as they were" in job.summary


async def test_a_file_that_somebody_else_wrote_is_read_again(
    verbs: Verbs, file: DaemonJson, api: APIClient
) -> None:
    file.with_key("registry-mirrors", [NOWHERE])
    job = await verbs.do(ChangeMirrors(MirrorEdit.SET, (NOWHERE,)))
    assert job.state is JobState.DONE, job
    assert _in_force(api) == [f"{NOWHERE}/"]
    assert file.backups == [], "nothing was written, so there is nothing to roll back"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("no-such-key", 1, "don't match any configuration option: no-such-key"),
        ("data-root", "/nowhere", "both as a flag and in the configuration file: data-root"),
    ],
)
async def test_what_the_engine_refuses_is_taken_back(
    verbs: Verbs, file: DaemonJson, api: APIClient, key: str, value: object, words: str
) -> None:
    """The daemon says so in its log alone."""
    text = file.with_key(key, value)
    in_force = _in_force(api)
    await verbs.do(ReadMirrors())
    change = plan_change(_read(verbs), [NOWHERE])
    without_check = replace(change, place=replace(change.place, program=""))
    with pytest.raises(NotAccepted) as caught:
        do_change(verbs.client, without_check, OwnHands())
    assert words in caught.value.detail
    assert file.read() == text
    assert _in_force(api) == in_force
    assert file.backups == []


async def test_a_mirror_that_the_engine_refuses_is_taken_back(
    client: EngineClient, file: DaemonJson, api: APIClient
) -> None:
    change = plan_change(read_mirrors(client), [NOWHERE])
    bad = replace(
        change,
        after=change.after.replace(NOWHERE.encode(), b"ftp://127.0.0.1"),
        mirrors=("ftp://127.0.0.1",),
        place=replace(change.place, program=""),
    )
    before = file.read()
    with pytest.raises(NotAccepted, match="invalid mirror"):
        do_change(client, bad, OwnHands())
    assert file.read() == before
    assert _in_force(api) == []


async def test_bad_json_is_left_alone(verbs: Verbs, file: DaemonJson) -> None:
    before = file.read()
    file.write(b"{bad")
    job = await verbs.do(ChangeMirrors(MirrorEdit.SET, (NOWHERE,)))
    assert job.state is JobState.FAILED
    assert "cannot be understood" in job.summary
    assert file.read() == b"{bad"
    file.write(before)


async def test_a_file_that_was_changed_meanwhile_is_left_alone(
    verbs: Verbs, client: EngineClient, file: DaemonJson
) -> None:
    before = file.read()
    change = plan_change(read_mirrors(client), [NOWHERE])
    file.write(before + b"\n")
    with pytest.raises(ChangedMeanwhile):
        do_change(client, change, OwnHands())
    shown = ChangeMirrors(MirrorEdit.SET, (NOWHERE,), expected=before)
    job = await verbs.do(shown)
    assert job.state is JobState.FAILED
    assert "changed meanwhile" in job.summary
    assert file.read() == before + b"\n"


async def test_dockerd_itself_checks_the_file(client: EngineClient, file: DaemonJson) -> None:
    """Where there is one here that can: since 23.0."""
    place = read_mirrors(client).place
    if place.program:
        with pytest.raises(BadDaemonFile, match="no-such-key"):
            check_file(place, b'{"no-such-key": 1}')
    check_file(place, b'{"registry-mirrors": []}')


async def test_a_change_that_is_cancelled_in_the_middle_leaves_the_old_file(
    verbs: Verbs, file: DaemonJson, api: APIClient
) -> None:
    """And the old mirrors, though the Engine had taken the new ones over."""
    before, in_force = file.read(), _in_force(api)
    change = plan_change(read_mirrors(verbs.client), [NOWHERE])
    seen: list[bytes] = []

    def stop() -> None:
        seen.append(file.read())
        until(lambda: _in_force(api) == [f"{NOWHERE}/"], "the new mirror is in force")
        raise Cancelled

    with pytest.raises(Cancelled):
        do_change(verbs.client, change, OwnHands(), stop)
    assert seen == [change.after], "it had been written"
    assert file.read() == before
    assert file.backups == []
    assert _in_force(api) == in_force == []


@pytest.mark.stores("containerd")
async def test_hosts_toml_is_what_counts_where_it_is(
    verbs: Verbs, file: DaemonJson, client: EngineClient, registry: str
) -> None:
    place = read_mirrors(client).place
    if not place.root:
        pytest.skip("not on this Engine: its certs.d is this machine's")
    name = f"{verbs.maker.prefix}-hosts"
    push_library(verbs, registry, name)
    with LoggingMirror(registry) as listed, LoggingMirror(registry) as hosted:
        await verbs.do(ChangeMirrors(MirrorEdit.SET, (listed.url,)))
        with hosts_toml(place.certificates, hosted.url):
            found = read_mirrors(client)
            assert found.hosts == (hosted.url,)
            assert "counts for nothing" in found.notes[0]
            assert found.in_force == (f"{listed.url}/",), "/info does not know better"
            pulled = await verbs.do(PullImage(f"{name}:1"))
            assert pulled.state is JobState.DONE, pulled
        assert hosted.asked
        assert not listed.asked
    verbs.api.remove_image(f"{name}:1")


@contextmanager
def hosts_toml(certificates: str, url: str) -> Iterator[None]:
    """Have an Engine read a hosts.toml for Docker Hub."""
    folder = Path(certificates) / "docker.io"
    folder.mkdir(parents=True)
    try:
        (folder / "hosts.toml").write_text(f'[host."{url}"]\ncapabilities = ["pull", "resolve"]\n')
        yield
    finally:
        shutil.rmtree(folder)
