"""The practice engine does what real Engines do, call by call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.record import RECORDED, Recording, compare, load, play_all
from tests.contract.scenario import SCENARIOS
from tests.contract.site import LABELS, Site, practice_site, real_site
from tests.contract.verdict import judge, told, unused

NAMES = sorted(SCENARIOS)


@pytest.fixture(scope="module")
def practice() -> Iterator[Site]:
    with practice_site() as site:
        yield site


@pytest.fixture(scope="module")
def recorded() -> Recording:
    return load(RECORDED)


@pytest.fixture(scope="module")
def engine(engine_host: str, registry: str) -> Iterator[Site]:
    if not engine_host.startswith("unix://"):
        pytest.skip("not on this Engine: the contract is tried over a unix socket")
    with real_site(engine_host, registry) as site:
        if site.label not in LABELS:
            pytest.skip(f"not on this Engine: nobody has listed the differences of {site.label}")
        yield site


@pytest.mark.parametrize("name", NAMES)
def test_as_docker_was_recorded(name: str, practice: Site, recorded: Recording) -> None:
    ours, theirs = practice.play(SCENARIOS[name]), recorded.played[name]
    verdict = judge(recorded.label, name, ours.seen, theirs.seen)
    assert not verdict.unlisted, f"{recorded.label}:\n{told(verdict.unlisted)}"


@pytest.mark.engine
@pytest.mark.parametrize("name", NAMES)
def test_as_the_engine_does_it(name: str, practice: Site, engine: Site) -> None:
    scenario = SCENARIOS[name]
    if engine.store not in scenario.stores:
        pytest.skip(f"not on this Engine: {engine.label}: {scenario.play.__doc__}")
    ours, theirs = practice.play(scenario), engine.play(scenario)
    assert "broke down" not in theirs.seen, theirs.seen["broke down"]
    verdict = judge(engine.label, name, ours.seen, theirs.seen)
    assert not verdict.unlisted, f"{engine.label}:\n{told(verdict.unlisted)}"


def test_every_listed_difference_is_there(practice: Site, recorded: Recording) -> None:
    verdicts = compare(play_all(practice), recorded)
    assert unused(recorded.label, verdicts.values()) == []


@pytest.mark.engine
def test_every_listed_difference_is_on_the_engine(practice: Site, engine: Site) -> None:
    theirs = play_all(engine)
    assert unused(engine.label, compare(play_all(practice), theirs).values()) == []
