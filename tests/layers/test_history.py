from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.layers.history import UNKNOWN_SIZE, stack_of, stacks_of
from tui.model.image import HistoryStep, ImageDetails, ImageFacts

NOP = "/bin/sh -c #(nop) "
BUILDKIT = "buildkit.dockerfile.v0"
STEPS = [
    f"{NOP} ENV A=b", f"{NOP} WORKDIR /a", "WORKDIR /b", "WORKDIR /", "RUN /bin/sh -c x # buildkit",
    "COPY a b # buildkit", "/bin/sh -c rm x", "CMD [\"sh\"]", "bash", "", "\x1b[31m\u202e", "ENV",
]  # fmt: skip


def step(created_by: str, size: int = 0, comment: str = "") -> HistoryStep:
    return HistoryStep(created=7, created_by=created_by, size=size, comment=comment)


def facts(layers: int, *history: HistoryStep, image_id: str = "sha256:i") -> ImageFacts:
    diff_ids = tuple(f"sha256:{number:064x}" for number in range(layers))
    return ImageFacts(ImageDetails(image_id, diff_ids=diff_ids), history)


def sizes(one: ImageFacts) -> list[int]:
    return [layer.size for layer in stack_of(one).layers]


def made(one: ImageFacts) -> list[int]:
    return [build.layer_index for build in stack_of(one).steps]


def test_metadata_steps_make_no_layer() -> None:
    one = facts(
        2,
        step(f"{NOP}ADD file:1 in / ", 50),
        step(f'{NOP} CMD ["bash"]'),
        step("LABEL a=b", comment=BUILDKIT),
        step("/bin/sh -c rm -rf /x"),
        step('ENTRYPOINT ["/x"]', comment=BUILDKIT),
    )
    assert (sizes(one), made(one)) == ([50, 0], [1, 0, 0, 2, 0])
    stack = stack_of(one)
    assert stack.is_certain
    assert stack.total == 50
    assert [layer.created_by for layer in stack.layers] == [
        f"{NOP}ADD file:1 in / ",
        "/bin/sh -c rm -rf /x",
    ]


@pytest.mark.parametrize("shell", ["/bin/bash -o pipefail -c ", "cmd /S /C ", "powershell -C a; "])
def test_metadata_is_known_under_any_shell(shell: str) -> None:
    assert made(facts(1, step("x", 5), step(f"{shell}#(nop)  ENV A=b"))) == [1, 0]


@pytest.mark.parametrize(("layers", "expected"), [(1, [1, 0, 0]), (3, [1, 2, 3])])
def test_all_or_none_of_the_undecided_steps_are_certain(layers: int, expected: list[int]) -> None:
    one = facts(layers, step("ADD", 9), step(f"{NOP}WORKDIR /a"), step(f"{NOP}WORKDIR /b"))
    assert made(one) == expected
    assert stack_of(one).is_certain


def test_workdir_of_buildkit_makes_a_layer_but_for_the_root() -> None:
    one = facts(
        2, step("ADD", 9), step("WORKDIR /", comment=BUILDKIT), step("WORKDIR /a", comment=BUILDKIT)
    )
    assert made(one) == [1, 0, 2]
    assert stack_of(one).is_certain


def test_an_import_is_one_layer() -> None:
    one = facts(1, step("", 77, "Imported from -"))
    assert (sizes(one), made(one)) == ([77], [1])
    assert made(facts(1, step("", 0, "Imported from -"))) == [1]


@pytest.mark.parametrize("command", ["bash", "sh -c rm /x", "/bin/sh"])
def test_a_commit_makes_a_layer_even_without_bytes(command: str) -> None:
    assert made(facts(2, step("ADD", 9), step(command))) == [1, 2]


def test_runs_that_changed_nothing_make_none() -> None:
    """The classic store drops empty diffs: `RUN true` has no layer."""
    one = facts(2, step("ADD", 9), step("/bin/sh -c true"), step("COPY x y", 3), step("bash"))
    assert (sizes(one), made(one)) == ([9, 3], [1, 0, 2, 0])


def test_sizes_on_which_open_steps_have_no_bearing_are_right() -> None:
    """Either RUN may have made the third layer, but the others stand where they stand."""
    one = facts(
        4, step("ADD", 9), step("COPY x y", 5), step("RUN a"), step("RUN b"), step("COPY z z", 3)
    )
    stack = stack_of(one)
    assert not stack.is_certain
    assert sizes(one) == [9, 5, 0, 3]
    assert made(one) == [1, 2, 0, 0, 4]
    assert stack.layers[2].created_by == ""


def test_a_size_that_may_belong_to_two_layers_is_unknown() -> None:
    one = facts(3, step("ADD", 9), step("RUN a"), step("COPY x y", 5), step("RUN b"))
    assert sizes(one) == [9, UNKNOWN_SIZE, UNKNOWN_SIZE]
    assert not stack_of(one).is_certain


@pytest.mark.parametrize(
    "history",
    [(), (step("ADD", 9),), (step("ADD", 9), step("B", 9), step("C", 9)), (step("ENV A=b"),)],
)
def test_history_of_another_length_is_not_trusted(history: tuple[HistoryStep, ...]) -> None:
    one = facts(2, *history)
    stack = stack_of(one)
    assert [layer.size for layer in stack.layers] == [UNKNOWN_SIZE] * 2
    assert len(stack.steps) == len(history)
    assert not stack.is_certain


def test_an_image_whose_layers_are_not_stored_keeps_its_steps() -> None:
    stack = stack_of(facts(0, step("ADD", 9)))
    assert (stack.layers, len(stack.steps), stack.is_certain) == ((), 1, False)
    assert stack_of(facts(0, step("ENV A=b"))).is_certain


def test_the_same_diff_twice_is_two_layers() -> None:
    diff = "sha256:" + "a" * 64
    one = ImageFacts(ImageDetails("i", diff_ids=(diff, diff)), (step("COPY", 4), step("COPY", 4)))
    layers = stack_of(one).layers
    assert len({layer.chain_id for layer in layers}) == 2
    assert [layer.size for layer in layers] == [4, 4]


def test_a_known_parent_tells_what_its_child_added() -> None:
    """Without the parent, RUN would be taken for the layer that WORKDIR made."""
    base = facts(1, step("ADD", 9), image_id="a")
    idle = facts(1, *base.history, step("/bin/sh -c true"), image_id="b")
    directory = facts(2, *idle.history, step(f"{NOP}WORKDIR /x"), image_id="c")
    top = facts(3, *directory.history, step("COPY a b", 4), image_id="d")
    line = [base, idle, directory, top]
    parents = ["", "a", "b", "c"]
    known = {
        one.details.image_id: replace(one, details=replace(one.details, parent_id=parent))
        for one, parent in zip(line, parents, strict=True)
    }
    stack = stacks_of(dict(reversed(known.items())))["d"]
    assert [build.layer_index for build in stack.steps] == [1, 0, 2, 3]
    assert [layer.size for layer in stack.layers] == [9, 0, 4]
    assert [layer.index for layer in stack.layers] == [1, 2, 3]
    assert stack.is_certain


def test_parents_in_a_circle_end() -> None:
    one, other = facts(1, step("ADD", 9), image_id="a"), facts(1, step("ADD", 9), image_id="b")
    known = {
        "a": replace(one, details=replace(one.details, parent_id="b")),
        "b": replace(other, details=replace(other.details, parent_id="a")),
    }
    assert set(stacks_of(known)) == {"a", "b"}


@given(
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3), st.booleans()), max_size=12),
    st.data(),
)
def test_sizes_told_are_the_sizes_made(
    drawn: list[tuple[str, int, bool]], data: st.DataObject
) -> None:
    """Whatever ran: as many layers as diff IDs, in order; certain means the sum is complete."""
    history = tuple(step(text, size, BUILDKIT if kit else "") for text, size, kit in drawn)
    layers = data.draw(st.integers(0, len(history) + 2))
    stack = stack_of(facts(layers, *history))
    assert [layer.index for layer in stack.layers] == list(range(1, layers + 1))
    assert [build.created_by for build in stack.steps] == [text for text, _, _ in drawn]
    indices = [build.layer_index for build in stack.steps if build.layer_index]
    assert indices == sorted(set(indices))
    for layer, maker in (
        (stack.layers[b.layer_index - 1], h)
        for b, h in zip(stack.steps, history, strict=True)
        if b.layer_index
    ):
        assert (layer.size, layer.created_by) == (maker.size, maker.created_by)
    if stack.is_certain:
        assert stack.total == sum(size for _, size, _ in drawn)


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.booleans()), max_size=9))
def test_a_size_is_unknown_or_true_where_only_one_rank_is_open(
    drawn: list[tuple[str, int, bool]],
) -> None:
    """Sized steps and any choice of the RUNs: no layer is given another's bytes."""
    truth = [(t, s, made) for t, s, made in drawn if s or t.startswith(("RUN", "/bin/sh -c rm"))]
    layers = [size for _text, size, made in truth if size or made]
    told = stack_of(facts(len(layers), *(step(text, size) for text, size, _ in truth))).layers
    assert all(one.size in (UNKNOWN_SIZE, size) for one, size in zip(told, layers, strict=True))
