"""Names here against their registries: up to date, moved, gone, or why nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import pytest

from tests.registry.fakes import FakeRegistry, digest, gzipped
from tui.browsing.newer import Comparer, Named, names_of
from tui.browsing.ways import Ways
from tui.engine.errors import Cancelled, EngineError, NotFound, RegistryUnreachable
from tui.model.engine import Capabilities, EngineInfo, StoreKind
from tui.model.image import ImageSummary
from tui.model.reference import ImageReference
from tui.model.registry import Answerer, Comparison, Verdict

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

OLD = "sha256:" + "0" * 64


class FakeEngine:
    """An Engine that only tells digests."""

    def __init__(
        self,
        told: str | EngineError,
        *,
        practice: bool = False,
        store: StoreKind = StoreKind.CLASSIC,
    ) -> None:
        self.info = EngineInfo(practice=practice)
        self.capabilities = Capabilities(store=store)
        self.told = told
        self.asked: list[str] = []


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with FakeRegistry() as made:
        made.add([gzipped(b"")])
        yield made


@pytest.fixture(autouse=True)
def _engines_are_fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(engine: FakeEngine, reference: ImageReference) -> str:
        engine.asked.append(str(reference))
        if isinstance(engine.told, EngineError):
            raise engine.told
        return engine.told

    monkeypatch.setattr("tui.engine.distribution.registry_digest", told)


def _compare(*named: Named, engine: FakeEngine | None = None) -> list[Comparison]:
    ways = Ways(login=lambda _: None)
    client = cast("EngineClient | None", engine)
    return list(Comparer(ways, client, check=lambda: None).compare(named))


def _named(fake: FakeRegistry, here: str, tag: str = "1") -> Named:
    repository = f"{fake.host}/{fake.path}"
    return Named(f"{repository}:{tag}", "sha256:i", (f"{repository}@{here}",))


def test_the_same_digest_is_up_to_date(fake: FakeRegistry) -> None:
    there = digest(fake.manifests["1"])
    (one,) = _compare(_named(fake, there))
    assert (one.verdict, one.here, one.there) == (Verdict.CURRENT, there, there)
    assert [asked.method for asked in fake.asked] == ["HEAD"], "nothing is fetched"


def test_another_digest_has_moved(fake: FakeRegistry) -> None:
    (one,) = _compare(_named(fake, OLD))
    assert (one.verdict, one.here) == (Verdict.MOVED, OLD)
    assert one.there == digest(fake.manifests["1"])


def test_one_of_several_digests_is_enough(fake: FakeRegistry) -> None:
    named = _named(fake, OLD)
    also = f"{fake.host}/{fake.path}@{digest(fake.manifests['1'])}"
    (one,) = _compare(Named(named.reference, "i", (*named.digests, also)))
    assert one.verdict is Verdict.CURRENT


def test_a_tag_that_is_gone(fake: FakeRegistry) -> None:
    (one,) = _compare(_named(fake, OLD, "2"))
    assert one.verdict is Verdict.GONE
    assert "no such tag" in one.why


def test_what_was_made_here_cannot_be_told(fake: FakeRegistry) -> None:
    elsewhere = Named(f"{fake.host}/x:1", "i", (f"{fake.host}/{fake.path}@{OLD}",))
    for named in (Named("made:here", "i", ()), elsewhere):
        (one,) = _compare(named)
        assert one.verdict is Verdict.UNKNOWN
        assert "made or loaded here" in one.why
    assert fake.asked == []


@pytest.mark.parametrize("name", ["a@" + OLD, "not a name", "UPPER:1"])
def test_names_that_cannot_move(name: str) -> None:
    (one,) = _compare(Named(name, "i", ("a@" + OLD,)))
    assert one.verdict is Verdict.UNKNOWN
    assert one.why


def test_a_refusal_is_told_in_words(fake: FakeRegistry) -> None:
    fake.auth, fake.needs_login = "basic", True
    (one,) = _compare(_named(fake, OLD), engine=FakeEngine("sha256:x"))
    assert one.verdict is Verdict.UNKNOWN
    assert "login" in one.why


def test_a_registry_that_tells_no_digest(fake: FakeRegistry) -> None:
    fake.told_digest = "nonsense"
    fake.special["/v2/me/app/manifests/1"] = lambda handler: handler.answer(
        200, fake.manifests["1"]
    )
    (one,) = _compare(_named(fake, OLD))
    assert (one.verdict, one.there) == (Verdict.MOVED, digest(fake.manifests["1"]))


NOWHERE = Named("127.0.0.1:9/app:1", "i", ("127.0.0.1:9/app@" + OLD,))


def test_the_engine_is_asked_where_we_do_not_get_through() -> None:
    engine = FakeEngine(OLD)
    (one,) = _compare(NOWHERE, engine=engine)
    assert (one.verdict, one.answered_by) == (Verdict.CURRENT, Answerer.ENGINE)
    assert engine.asked == ["127.0.0.1:9/app:1"]
    (one,) = _compare(NOWHERE, engine=FakeEngine(NotFound("manifest unknown")))
    assert one.verdict is Verdict.GONE


def test_podman_is_not_asked_for_it_cannot_tell() -> None:
    engine = FakeEngine(NotFound("no such path"), store=StoreKind.PODMAN)
    (one,) = _compare(NOWHERE, engine=engine)
    assert (one.verdict, engine.asked) == (Verdict.UNKNOWN, [])


def test_podman_has_digests_of_its_own(fake: FakeRegistry) -> None:
    config = fake.add([gzipped(b"x")], "1")
    named = _named(fake, OLD)
    podman = FakeEngine("", store=StoreKind.PODMAN)
    (one,) = _compare(Named(named.reference, config, named.digests), engine=podman)
    assert one.verdict is Verdict.CURRENT, "it is the very image"
    (one,) = _compare(named, engine=podman)
    assert one.verdict is Verdict.MOVED


def test_a_registry_nobody_reaches_is_not_asked_for_each_name() -> None:
    engine = FakeEngine(RegistryUnreachable("connection refused"))
    every = [Named(f"127.0.0.1:9/app:{n}", "i", ("127.0.0.1:9/app@" + OLD,)) for n in range(30)]
    found = _compare(*every, engine=engine)
    assert len(found) == 30
    assert all(one.verdict is Verdict.UNKNOWN and one.why for one in found)
    assert len(engine.asked) <= 4, "those that were on their way together"


def test_the_practice_engines_hub_is_inside_it(fake: FakeRegistry) -> None:
    engine = FakeEngine("sha256:new", practice=True)
    (one,) = _compare(_named(fake, OLD), engine=engine)
    assert (one.verdict, one.answered_by) == (Verdict.MOVED, Answerer.ENGINE)
    assert fake.asked == []


def test_a_cancel_is_no_verdict() -> None:
    with pytest.raises(Cancelled):
        _compare(NOWHERE, engine=FakeEngine(Cancelled()))


def test_every_tag_of_every_image_is_a_name() -> None:
    images = (
        ImageSummary("i", ("a:1", "a:2"), ("a@" + OLD,)),
        ImageSummary("n", (), ("b@" + OLD,)),
    )
    assert names_of(images) == (
        Named("a:1", "i", ("a@" + OLD,)),
        Named("a:2", "i", ("a@" + OLD,)),
    )
