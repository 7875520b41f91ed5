"""What a pull would fetch, on a real Engine and registry: predicted = fetched, in every case."""

from __future__ import annotations

import io
import os

import pytest

from tests.actions.verbs import Verbs, went_well
from tests.engines.images import ImageSpec
from tui.actions.values.images import PullImage
from tui.actions.values.reading import PlanPull
from tui.model.job import JobState
from tui.model.pullplan import Presence, PullPlan

pytestmark = pytest.mark.engine


async def _plan(verbs: Verbs, reference: str) -> PullPlan:
    job = await verbs.do(PlanPull(reference))
    assert job.state is JobState.DONE, job.summary
    return verbs.state.pull_plan


async def _pull(verbs: Verbs, reference: str) -> PullPlan:
    """Pull as the preview says; what was fetched is within what was predicted."""
    plan = await _plan(verbs, reference)
    job = await verbs.do(PullImage(reference, plan=plan))
    assert went_well(job), job.summary
    kept = {part.layer_id for part in job.progress.parts if part.status == "Already exists"}
    fetched = plan.fetched(kept) if job.progress.parts else 0
    assert plan.least <= fetched <= plan.most
    assert "predicted" in job.summary
    return plan


def _push(verbs: Verbs, name: str, *layers: bytes) -> None:
    verbs.maker.load(ImageSpec(layers, tags=(name,)))
    lines = list(verbs.maker.api.push(name, stream=True, decode=True))
    assert not [line for line in lines if "error" in line], lines


@pytest.mark.stores("classic")
async def test_predicted_is_fetched_whatever_is_here(verbs: Verbs, registry: str) -> None:
    """The table of facts: nothing here; the base pulled; all here under another name; loaded."""
    api, maker = verbs.maker.api, verbs.maker
    one, two, three = (
        maker.layer(f"plan-{n}", size) for n, size in ((1, 90_000), (2, 40_000), (3, 700))
    )
    base, whole = f"{registry}/{maker.name('base:1')}", f"{registry}/{maker.name('whole:1')}"
    _push(verbs, base, one)
    _push(verbs, whole, one, two, three)
    archive = b"".join(api.get_image(whole))
    again = f"{registry}/{maker.name('again:1')}"
    api.tag(whole, again)
    list(api.push(again, stream=True, decode=True))
    for name in (base, whole, again):
        api.remove_image(name)

    plan = await _pull(verbs, base)
    assert [layer.presence for layer in plan.layers] == [Presence.MISSING]
    plan = await _pull(verbs, whole)
    reads_disk = os.access("/var/lib", os.R_OK) and plan.is_exact
    first = plan.layers[0].presence
    assert first is (Presence.HERE if reads_disk else Presence.MAYBE)
    assert plan.layers[1].presence is Presence.MISSING
    plan = await _pull(verbs, again)
    assert plan.image_here
    assert plan.most == 0

    for name in (whole, again, base):
        api.remove_image(name)
    api.load_image(io.BytesIO(archive).getvalue())
    api.remove_image(whole, noprune=False)
    plan = await _pull(verbs, base)
    assert plan.total > 0


async def test_a_registry_that_does_not_answer_is_told_in_a_sentence(verbs: Verbs) -> None:
    job = await verbs.do(PlanPull("127.0.0.1:9/app:1"))
    assert job.state is JobState.FAILED
    assert "Nothing answers" in job.summary
