from __future__ import annotations

from tui.layers.history import stack_of
from tui.layers.sharing import EMPTY_INDEX, EMPTY_MATRIX, LayerIndex, index_of, keepers, matrix_of
from tui.model.image import HistoryStep, ImageDetails, ImageFacts
from tui.model.layer import EMPTY_STACK, LayerStack


def stack(image_id: str, *layers: tuple[str, int]) -> LayerStack:
    """Layers as (letter of the diff, bytes)."""
    return stack_of(
        ImageFacts(
            ImageDetails(image_id, diff_ids=tuple(f"sha256:{name}" for name, _ in layers)),
            tuple(HistoryStep(0, f"COPY {name}", size) for name, size in layers),
        )
    )


def index(*stacks: LayerStack) -> LayerIndex:
    return index_of({one.image_id: one for one in stacks})


BASE, MORE = ("base", 100), ("more", 10)
SAMPLE = index(
    stack("app", BASE, MORE, ("app", 1)),
    stack("other", ("other", 500)),
    stack("tool", BASE, ("tool", 2)),
    stack("twin", BASE, MORE),
    stack("scratch"),
)


def test_layers_are_found_by_chain_not_by_diff() -> None:
    two = index(stack("a", BASE, MORE), stack("b", MORE))
    (on_base,) = (layer for layer in two.stack("a").layers if layer.index == 2)
    assert two.images_with(on_base.chain_id) == ("a",)
    assert SAMPLE.images_with("sha256:base") == ("app", "tool", "twin")
    assert SAMPLE.images_with("sha256:none") == ()
    assert SAMPLE.stack("none") is EMPTY_STACK


def test_own_bytes_are_what_its_removal_alone_frees() -> None:
    told = {c.image_id: (c.own, c.shared) for c in matrix_of(SAMPLE, list(SAMPLE.stacks)).columns}
    assert told == {
        "app": (1, 110),
        "tool": (2, 100),
        "twin": (0, 110),
        "other": (500, 0),
        "scratch": (0, 0),
    }


def test_keepers_say_how_much_each_would_keep() -> None:
    assert keepers(SAMPLE, "app") == (("twin", 110), ("tool", 100))
    assert keepers(SAMPLE, "other") == ()


def test_shared_bases_come_first_and_their_images_together() -> None:
    matrix = matrix_of(SAMPLE, ["other", "tool", "scratch", "app", "twin", "app", "unknown"])
    assert [row.layer.created_by for row in matrix.rows] == [
        "COPY base", "COPY more", "COPY app", "COPY tool", "COPY other",
    ]  # fmt: skip
    names = [column.image_id for column in matrix.columns]
    assert names == ["twin", "app", "tool", "other", "scratch"]
    filled = [{names[at] for at in row.columns} for row in matrix.rows]
    assert filled == [{"app", "tool", "twin"}, {"app", "twin"}, {"app"}, {"tool"}, {"other"}]


def test_images_without_a_column_still_share() -> None:
    matrix = matrix_of(SAMPLE, ["app"])
    assert next(row.holders for row in matrix.rows) == ("app", "tool", "twin")
    assert (matrix.columns[0].own, matrix.columns[0].shared) == (1, 110)


def test_nothing_gives_nothing() -> None:
    assert matrix_of(EMPTY_INDEX, ["a"]) == EMPTY_MATRIX


def test_the_same_layer_twice_counts_twice() -> None:
    twice = index(stack("a", BASE, BASE), stack("b", BASE))
    column = next(c for c in matrix_of(twice, ["a", "b"]).columns if c.image_id == "a")
    assert (column.own, column.shared) == (100, 100)


def test_a_thousand_images_of_twenty_layers_keep_their_order() -> None:
    common = [(f"c{height}", 1) for height in range(10)]
    many = index(
        *(stack(f"i{n}", *common, *((f"{n}-{h}", 1) for h in range(10))) for n in range(1000))
    )
    matrix = matrix_of(many, list(many.stacks))
    assert len(matrix.rows) == 10 + 1000 * 10
    assert all(len(row.columns) == 1000 for row in matrix.rows[:10])
    assert {(column.own, column.shared) for column in matrix.columns} == {(10, 10)}
