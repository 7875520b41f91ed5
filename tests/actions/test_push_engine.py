"""Logins and pushes on a real Engine, to registries with and without a login and TLS."""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.actions.verbs import Verbs, last_progress, went_well
from tests.engines.guarded import SECRET, USER, GuardedRegistry
from tests.engines.images import ImageSpec
from tests.engines.registries import SlowProxy, manifest_digest
from tests.waiting import until
from tui.actions.values.accounts import ListAccounts, LogIn, LogOut, PushImage
from tui.actions.values.images import PullImage
from tui.credentials import session
from tui.credentials.login import IN_FILE, IN_SESSION, Login
from tui.engine.errors import (
    NotLoggedIn,
    RegistryDown,
    RegistryPlain,
    RegistryUnknown,
    RegistryUnreachable,
)
from tui.model.job import Job, JobState
from tui.registry.errors import NobodyListens, PlainHttp, UnknownHost, WrongPassword

pytestmark = [pytest.mark.engine, pytest.mark.stores("classic", "containerd")]
ME = Login(USER, SECRET)
WRONG = Login(USER, "made-up-Secret-2")


@pytest.fixture(autouse=True)
def _own_logins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep the logins of a test in a folder of its own."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.delenv("DOCKER_AUTH_CONFIG", raising=False)
    yield
    for registry in session.users():
        session.forget(registry)


@pytest.fixture(params=["plain", "tls"])
def guarded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GuardedRegistry]:
    with GuardedRegistry(tmp_path / "registry", tls=request.param == "tls") as made:
        yield made


async def wait(condition: Callable[[], object], what: str) -> None:
    """Wait beside the event loop, which goes on."""
    await asyncio.to_thread(until, condition, what)


def _load(verbs: Verbs, host: str, *rests: str, size: int = 70_000) -> tuple[str, ...]:
    """Put an image on the Engine under names in a registry; returns them after its ID."""
    names = tuple(f"{host}/{verbs.maker.name(rest)}" for rest in rests)
    (image_id,) = verbs.load(ImageSpec((verbs.maker.layer("pushed", size),), tags=names))
    return (image_id, *names)


def _push(image_id: str, name: str, *, all_tags: bool = False) -> PushImage:
    return PushImage(image_id, name, name, all_tags=all_tags)


def _stored() -> list[str]:
    """Return the files of docker's configuration."""
    folder = Path(os.environ["DOCKER_CONFIG"])
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def _title(job: Job) -> str:
    """Return how a job failed: the sentence that the user sees first."""
    assert job.state is JobState.FAILED, job.summary
    assert job.remedy
    return job.summary


def _docker(line: str, host: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        shlex.split(line),
        env=dict(os.environ) | {"DOCKER_HOST": host, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


async def test_push_remove_and_pull_again(
    verbs: Verbs, guarded: GuardedRegistry, docker_cli: str
) -> None:
    image_id, name = _load(verbs, guarded.host, "app:1")
    assert NotLoggedIn().title in _title(await verbs.do(_push(image_id, name)))
    assert WrongPassword().title in _title(await verbs.do(LogIn(guarded.host, WRONG, IN_FILE)))
    assert not _stored(), "a wrong login is not kept"
    assert went_well(await verbs.do(LogIn(guarded.host, ME, IN_FILE)))
    assert [one.user for one in verbs.state.logins.accounts] == [USER]
    pushed = await verbs.do(_push(image_id, name))
    assert went_well(pushed)
    line = pushed.summary[pushed.summary.index("docker pull ") :]
    before = verbs.api.inspect_image(name)["RootFS"]
    verbs.api.remove_image(name)
    reference = shlex.split(line)[2]
    assert went_well(await verbs.do(PullImage(reference)))
    assert verbs.api.inspect_image(reference)["RootFS"] == before
    digest = reference.partition("@")[2]
    assert verbs.api.inspect_image(reference)["RepoDigests"] == [reference]
    verbs.api.tag(reference, name.rpartition(":")[0], "1")
    docker = _docker(f"docker push {name}", docker_cli)
    assert docker.returncode == 0, docker.stderr
    assert digest in docker.stdout, "the docker command, with our login, pushes the same"
    verbs.api.remove_image(image_id, force=True)
    assert went_well(await verbs.do(LogOut(guarded.host)))
    assert verbs.state.logins.accounts == ()


async def test_a_login_of_this_session_does_for_a_push_and_a_pull(
    verbs: Verbs, guarded: GuardedRegistry
) -> None:
    image_id, name = _load(verbs, guarded.host, "app:1")
    assert went_well(await verbs.do(LogIn(guarded.host, ME, IN_SESSION)))
    assert went_well(await verbs.do(_push(image_id, name)))
    verbs.api.remove_image(name)
    assert went_well(await verbs.do(PullImage(name)))
    assert not _stored()
    verbs.api.remove_image(name)
    await verbs.do(LogOut(guarded.host))
    assert (await verbs.do(PullImage(name))).state is JobState.FAILED


async def test_a_stored_login_that_is_wrong_is_said(
    verbs: Verbs, tmp_path: Path, engine_kind: str
) -> None:
    with GuardedRegistry(tmp_path / "registry") as guarded:
        image_id, name = _load(verbs, guarded.host, "app:1")
        session.remember(guarded.host, WRONG)
        failed = await verbs.do(_push(image_id, name))
        assert "does not take the stored user name and password" in _title(failed)
        failed = await verbs.do(PullImage(f"{guarded.host}/any:1"))
        if engine_kind == "classic":  # the containerd store tells both alike
            assert "does not take the stored user name and password" in _title(failed)
        verbs.api.remove_image(name)


async def test_a_name_that_the_image_has_not_yet_is_given_first(
    verbs: Verbs, registry: str, docker_cli: str
) -> None:
    image_id, name = _load(verbs, registry, "here:1")
    target = f"{registry}/{verbs.maker.name('there:2')}"
    action = PushImage(image_id, name, target, tags_first=True)
    assert went_well(await verbs.do(action))
    after = verbs.snapshot()
    repository = verbs.maker.name("there")
    digest = manifest_digest(registry, repository, "2")
    verbs.api.remove_image(target)
    for line in action.docker.split(" && "):
        assert _docker(line, docker_cli).returncode == 0
    assert verbs.snapshot() == after
    assert manifest_digest(registry, repository, "2") == digest


async def test_all_tags_of_a_repository(verbs: Verbs, registry: str) -> None:
    image_id, first, second = _load(verbs, registry, "many:1", "many:2")
    verbs.load(
        ImageSpec(
            (verbs.maker.layer("x", 900),), tags=(f"{registry}/{verbs.maker.name('many:3')}",)
        )
    )
    repository = first.rpartition(":")[0]
    job = await verbs.do(_push(image_id, repository, all_tags=True))
    assert went_well(job)
    path = verbs.maker.name("many")
    digests = {manifest_digest(registry, path, tag) for tag in "123"}
    assert len(digests) == 2
    shown = last_progress(verbs, job.job_id).lines[-2:]
    assert set(shown) == {f"docker pull {repository}@{digest}" for digest in digests}
    assert second.endswith(":2")


async def test_nobody_there(verbs: Verbs, docker_cli: str) -> None:
    unknown = {RegistryUnknown().title, RegistryUnreachable().title}  # without a name server
    cases = (
        ("nowhere.invalid", unknown, UnknownHost),
        ("127.0.0.1:1", {RegistryDown().title}, NobodyListens),
    )
    for host, pushed, logged_in in cases:
        image_id, name = _load(verbs, host, "app:1")
        assert _title(await verbs.do(_push(image_id, name))) in pushed
        assert _docker(f"docker push {name}", docker_cli).returncode != 0
        assert logged_in().title in _title(await verbs.do(LogIn(host, ME, IN_SESSION)))
        verbs.api.remove_image(name)
    assert not session.users()


def _own_address() -> str:
    """Return an address of this machine that is not loopback: there the Engine wants TLS."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("198.51.100.1", 9))  # sends nothing
        except OSError:
            pytest.skip("no registry: this machine has no address but loopback")
        address: str = sock.getsockname()[0]
        return address


async def test_plain_http_where_the_engine_wants_tls(verbs: Verbs, tmp_path: Path) -> None:
    with GuardedRegistry(tmp_path / "registry", address=_own_address()) as guarded:
        image_id, name = _load(verbs, guarded.host, "app:1")
        assert RegistryPlain().title in _title(await verbs.do(_push(image_id, name)))
        assert PlainHttp().title in _title(await verbs.do(LogIn(guarded.host, ME, IN_SESSION)))
        verbs.api.remove_image(name)
    assert not session.users()


async def test_a_cancel_in_the_middle_of_a_layer_stops_the_engines_upload(
    verbs: Verbs, registry: str
) -> None:
    """It notices when the line next takes bytes; it sends only what is on its way then."""
    size = 30_000_000
    with SlowProxy(registry, stop_after=1_000_000, upwards=True) as proxy:
        image_id, name = _load(verbs, proxy.address, "slow:1", size=size)
        job_id = verbs.submit(_push(image_id, name))
        await wait(lambda: proxy.blocked, "the layer is half-way")
        await wait(lambda: last_progress(verbs, job_id).done, "the bar shows it")
        verbs.dispatcher.cancel(job_id)
        assert (await verbs.ended(job_id)).state is JobState.CANCELLED
        proxy.let_go()
        await wait(lambda: proxy.ended, "the Engine hangs up")
        assert proxy.sent < size
        with pytest.raises(LookupError):
            manifest_digest(registry, verbs.maker.name("slow"), "1")
        assert went_well(await verbs.do(_push(image_id, name))), "and the next push is whole"
        assert manifest_digest(registry, verbs.maker.name("slow"), "1")
        verbs.api.remove_image(name)


@pytest.mark.stores("classic")
async def test_a_registry_that_dies_is_tried_again_until_it_is_cancelled(
    verbs: Verbs, tmp_path: Path
) -> None:
    with (
        GuardedRegistry(tmp_path / "registry", login=False) as mortal,
        SlowProxy(mortal.host, stop_after=1_000_000, upwards=True) as proxy,
    ):
        image_id, name = _load(verbs, proxy.address, "mortal:1", size=9_000_000)
        job_id = verbs.submit(_push(image_id, name))
        await wait(lambda: proxy.blocked, "the layer is half-way")
        mortal.kill()

        def retries() -> bool:
            parts = last_progress(verbs, job_id).parts
            return any(part.status.startswith("Retrying") for part in parts)

        await wait(retries, "the Engine tries again, and the screen says so")
        verbs.dispatcher.cancel(job_id)
        assert (await verbs.ended(job_id)).state is JobState.CANCELLED
        verbs.api.remove_image(name)


async def test_an_open_registry_needs_no_login(verbs: Verbs, registry: str) -> None:
    job = await verbs.do(LogIn(registry, WRONG, IN_SESSION))
    assert job.state is JobState.DONE
    assert "no login is needed" in job.summary
    await verbs.do(ListAccounts(asks_engine=True))
    assert verbs.state.logins.are_known
    assert verbs.state.logins.accounts == ()
