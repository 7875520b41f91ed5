from __future__ import annotations

from pathlib import Path

from tui.browsing.presence import ClassicRoot, ContentRoot, KnownChains, WantedLayer, planned
from tui.contents.dataroot import DataRoot
from tui.layers.chain import chain_ids
from tui.model.pullplan import PlannedLayer, Presence, PullPlan

HERE, MAYBE, MISSING = Presence.HERE, Presence.MAYBE, Presence.MISSING


def _digest(letter: str) -> str:
    return f"sha256:{letter * 64}"


LAYERS = [
    WantedLayer(_digest("012"[at]), size, "RUN x", _digest("abc"[at]))
    for at, size in enumerate((1_064_682, 460_753, 112))
]
CHAINS = chain_ids(layer.diff_id for layer in LAYERS)
HUBS = [layer._replace(diff_id="") for layer in LAYERS]
"""The same as Docker Hub's API tells them: no diff IDs."""


def test_chains_alone_say_maybe_from_the_bottom_up_to_the_first_gap() -> None:
    one, two, three = CHAINS
    for chains, expected in (
        ((), [MISSING, MISSING, MISSING]),
        ((one, two), [MAYBE, MAYBE, MISSING]),
        ((one, three), [MAYBE, MISSING, MISSING]),
        ((two, three), [MISSING, MISSING, MISSING]),
    ):
        assert KnownChains(frozenset(chains)).presences(LAYERS) == expected


def test_where_nobody_tells_which_layers_they_are_any_may_be_here() -> None:
    assert KnownChains(frozenset(CHAINS)).presences(HUBS) == [MAYBE, MAYBE, MAYBE]
    assert KnownChains(frozenset()).presences(HUBS) == [MISSING, MISSING, MISSING]


def test_the_containerd_store_keeps_every_snapshot_that_it_has() -> None:
    chains = frozenset({CHAINS[0], CHAINS[2]})
    assert KnownChains(chains, keeps_snapshots=True).presences(LAYERS) == [HERE, MISSING, HERE]


def test_the_containerd_stores_blobs_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "sha256").mkdir()
    (tmp_path / "sha256" / ("1" * 64)).write_bytes(b"")
    content = ContentRoot(tmp_path, KnownChains(frozenset(), keeps_snapshots=True))
    assert content.presences(LAYERS) == [MISSING, HERE, MISSING]


def _classic(root: Path, chains: list[int], blobs: dict[int, str]) -> ClassicRoot:
    image = root / "image" / "overlay2"
    for at in chains:
        folder = image / "layerdb" / "sha256" / CHAINS[at].partition(":")[2]
        folder.mkdir(parents=True)
        (folder / "diff").write_text(LAYERS[at].diff_id)
    known = image / "distribution" / "diffid-by-digest" / "sha256"
    known.mkdir(parents=True)
    for at, diff in blobs.items():
        (known / LAYERS[at].digest.partition(":")[2]).write_text(diff)
    return ClassicRoot(DataRoot(root), "overlay2")


def test_the_classic_store_wants_the_chain_and_the_blob(tmp_path: Path) -> None:
    blobs = {0: LAYERS[0].diff_id, 1: LAYERS[1].diff_id, 2: LAYERS[2].diff_id}
    for number, (chains, known, expected) in enumerate(
        (
            ([], {}, [MISSING, MISSING, MISSING]),
            ([0, 1, 2], blobs, [HERE, HERE, HERE]),
            ([0, 1, 2], {}, [MISSING, MISSING, MISSING]),  # loaded: nobody knows its blobs
            ([0, 2], blobs, [HERE, MISSING, MISSING]),
            ([0, 1], {0: blobs[0], 1: _digest("f")}, [HERE, MISSING, MISSING]),
        )
    ):
        root = _classic(tmp_path / str(number), chains, known)
        assert root.presences(LAYERS) == expected
        without = [HERE, HERE, MISSING] if number == 4 else expected
        assert root.presences(HUBS) in (expected, without), "the blobs tell their diff IDs"


def test_records_that_may_not_be_read_are_not_taken_for_empty(tmp_path: Path) -> None:
    assert not ClassicRoot(DataRoot(tmp_path), "overlay2").is_readable()
    assert _classic(tmp_path / "x", [0], {}).is_readable()


def _plan(*presences: Presence, image_here: str = "") -> PullPlan:
    layers = tuple(
        PlannedLayer(at, one.digest, one.size, "", presence)
        for at, (one, presence) in enumerate(zip(LAYERS, presences, strict=True), 1)
    )
    return PullPlan("x:1", "linux/amd64", (), "", layers, 300, image_here)


def test_a_plan_tells_its_bytes() -> None:
    plan = _plan(HERE, MAYBE, MISSING)
    assert (plan.least, plan.most, plan.total) == (112, 460_865, 1_525_847)
    assert not plan.is_exact
    assert _plan(HERE, HERE, MISSING).is_exact
    assert _plan(MISSING, MISSING, MISSING, image_here="sha256:1").most == 0


def test_what_was_fetched_is_what_the_engine_did_not_keep() -> None:
    plan = _plan(MAYBE, MAYBE, MISSING)
    assert plan.fetched({"0" * 12}) == 460_865
    assert plan.fetched(set()) == 1_525_547


def test_layers_keep_their_order_and_sizes() -> None:
    told = planned(LAYERS, KnownChains(frozenset({CHAINS[0]})))
    assert [(one.index, one.size) for one in told] == [(1, 1_064_682), (2, 460_753), (3, 112)]
    assert told[0].presence is MAYBE
