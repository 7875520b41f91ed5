"""Looking into a real registry, and comparing what a real Engine has with it."""

from __future__ import annotations

import asyncio
import http.client
import json

import pytest

from tests.actions.verbs import Verbs
from tests.engines.images import ImageSpec
from tests.engines.registries import manifest_digest, push_seeded
from tests.registry.fakes import FakeRegistry, Handler
from tests.waiting import until
from tui.actions.values.images import PullImage
from tui.actions.values.registries import (
    CheckNewer,
    DeleteTag,
    PlanDeletion,
    ReadCatalog,
    ReadTag,
    ReadTagFacts,
    ReadTags,
)
from tui.model.job import JobState
from tui.model.reference import split_tag
from tui.model.registry import Comparison, Verdict
from tui.model.text import short_id

pytestmark = pytest.mark.engine


def _pushed(verbs: Verbs, registry: str, rest: str, *layers: str) -> str:
    """Make an image of these layers and push it; returns its name."""
    name = f"{registry}/{verbs.maker.name(rest)}"
    made = tuple(verbs.maker.layer(layer, 2000) for layer in layers)
    verbs.load(ImageSpec(made, tags=(name,)))
    for line in verbs.api.push(name, stream=True, decode=True):
        assert "error" not in line, line
    return name


def _there(registry: str, name: str) -> list[str]:
    """The tags of a repository, asked for without orlop."""
    path = split_tag(name)[0].removeprefix(f"{registry}/")
    connection = http.client.HTTPConnection(registry, timeout=20)
    connection.request("GET", f"/v2/{path}/tags/list")
    tags = json.loads(connection.getresponse().read()).get("tags")
    connection.close()
    return sorted(tags or [])


async def _compared(verbs: Verbs, *names: str) -> list[Comparison]:
    job = await verbs.do(CheckNewer(wanted=names))
    assert job.state is JobState.DONE, job
    return list(verbs.state.browsed.comparisons)


async def test_tags_and_what_is_behind_them(verbs: Verbs, registry: str) -> None:
    one = _pushed(verbs, registry, "app:1", "base", "one")
    repository = split_tag(one)[0]
    _pushed(verbs, registry, "app:2", "base", "two", "three")
    assert (await verbs.do(ReadTags(repository))).state is JobState.DONE
    tags = verbs.state.browsed.tags
    assert [tag.name for tag in tags.tags] == ["2", "1"]
    assert not any(tag.is_known for tag in tags.tags)
    await verbs.do(ReadTagFacts(repository, ("1", "2"), "linux/amd64"))
    found = {tag.name: tag for tag in verbs.state.browsed.tags.tags}
    path = repository.removeprefix(f"{registry}/")
    assert found["1"].digest == manifest_digest(registry, path, "1")
    assert found["1"].size > 4000
    assert found["2"].size > found["1"].size
    await verbs.do(ReadTag(f"{repository}:2"))
    details = verbs.state.browsed.tag
    assert len(details.layers) == 3
    assert sum(layer.size for layer in details.layers) == found["2"].size


async def test_asking_again_sees_that_a_tag_has_moved(verbs: Verbs, registry: str) -> None:
    repository = split_tag(_pushed(verbs, registry, "again:1", "base"))[0]
    digests = []
    for _time in range(2):
        await verbs.do(ReadTags(repository, anew=True))
        (tag,) = verbs.state.browsed.tags.tags
        assert not tag.is_known, "what was known of it may be wrong by now"
        await verbs.do(ReadTagFacts(repository, ("1",)))
        digests.append(verbs.state.browsed.tags.tags[0].digest)
        _pushed(verbs, registry, "again:1", "base", "more")
    assert digests[0] != digests[1]


async def test_the_repositories_of_a_registry(verbs: Verbs, registry: str) -> None:
    name = _pushed(verbs, registry, "listed:1", "base")
    assert (await verbs.do(ReadCatalog(registry))).state is JobState.DONE
    catalog = verbs.state.browsed.catalog
    assert catalog.is_told
    assert split_tag(name)[0].removeprefix(f"{registry}/") in catalog.names


async def test_a_registry_that_does_not_list_itself_is_no_failure(verbs: Verbs) -> None:
    with FakeRegistry() as fake:
        fake.auth, fake.needs_login = "basic", True
        job = await verbs.do(ReadCatalog(fake.host))
        assert job.state is JobState.DONE
        assert not verbs.state.browsed.catalog.is_told


async def test_deleting_takes_the_digest_with_all_its_tags(verbs: Verbs, registry: str) -> None:
    one = _pushed(verbs, registry, "gone:1", "base", "one")
    repository = split_tag(one)[0]
    verbs.api.tag(one, repository, "same")
    for line in verbs.api.push(f"{repository}:same", stream=True, decode=True):
        assert "error" not in line
    _pushed(verbs, registry, "gone:2", "base", "two")
    await verbs.do(PlanDeletion(one))
    deletion = verbs.state.browsed.deletion
    assert deletion.tags == ("1", "same")
    assert _there(registry, one) == ["1", "2", "same"]
    job = await verbs.do(DeleteTag(deletion))
    assert job.state is JobState.DONE, job
    assert _there(registry, one) == ["2"]
    assert deletion.digest in job.summary
    again = await verbs.do(DeleteTag(deletion))
    assert again.state is JobState.FAILED
    assert "no such image" in again.summary
    assert (await verbs.do(PullImage(one))).state is JobState.FAILED
    verbs.api.remove_image(f"{repository}:same")


async def test_a_tag_that_moved_is_found_and_pulled(verbs: Verbs, registry: str) -> None:
    name = _pushed(verbs, registry, "moves:1", "base", "old")
    old = verbs.api.inspect_image(name)["Id"]
    (same,) = await _compared(verbs, name)
    assert (same.verdict, same.reference) == (Verdict.CURRENT, name)
    _pushed(verbs, registry, "moves:1", "base", "new")
    new = verbs.api.inspect_image(name)["Id"]
    assert new != old
    verbs.api.remove_image(name)
    repository, tag = split_tag(name)
    verbs.api.tag(old, repository, tag)
    for wanted in (name, short_id(old)):
        (moved,) = await _compared(verbs, wanted)
        assert moved.verdict is Verdict.MOVED
        assert moved.here == same.here
        assert moved.there != moved.here
    assert (await verbs.do(PullImage(name))).state is JobState.DONE
    assert (await _compared(verbs, name))[0].verdict is Verdict.CURRENT


async def test_what_is_gone_and_what_was_never_there(verbs: Verbs, registry: str) -> None:
    seeded = push_seeded(verbs.maker, registry, "vanishes:1", sizes=(1000,))
    assert (await verbs.do(PullImage(seeded.reference))).state is JobState.DONE
    await verbs.do(PlanDeletion(seeded.reference))
    await verbs.do(DeleteTag(verbs.state.browsed.deletion))
    (gone,) = await _compared(verbs, seeded.reference)
    assert gone.verdict is Verdict.GONE
    verbs.api.remove_image(seeded.reference)
    made = verbs.maker.name("made:1")
    verbs.load(ImageSpec((verbs.maker.layer("made", 10),), tags=(made,)))
    (unknown,) = await _compared(verbs, made)
    assert unknown.verdict is Verdict.UNKNOWN


async def test_a_name_that_is_not_here_fails(verbs: Verbs) -> None:
    job = await verbs.do(CheckNewer(wanted=(verbs.maker.name("nothing:1"),)))
    assert job.state is JobState.FAILED


async def test_a_cancel_ends_the_question_at_the_registry(verbs: Verbs) -> None:
    with FakeRegistry() as fake:

        def hold(_handler: Handler) -> None:
            fake.let_go.wait(30)

        fake.special["/v2/me/app/tags/list"] = hold
        job_id = verbs.submit(ReadTags(f"{fake.host}/me/app"))
        await asyncio.to_thread(until, lambda: fake.asked, "the question at the registry")
        verbs.dispatcher.cancel(job_id)
        assert (await verbs.ended(job_id)).state is JobState.CANCELLED
        assert not fake.let_go.is_set(), "nobody waited for the registry"
