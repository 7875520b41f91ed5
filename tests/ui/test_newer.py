"""Is there a newer one: verdicts, what a pull would leave, and pulling what moved."""

from __future__ import annotations

from tests.ui.stage import CONNECTED, FACTS_TOLD, Stage, image_id, stage
from tui.actions.values.images import PullImage
from tui.actions.values.registries import CheckNewer
from tui.model.image import ImageSummary
from tui.model.registry import Comparison, Verdict
from tui.store import browsing, events
from tui.store.state import Trouble
from tui.ui.screens.newer import NewerScreen
from tui.ui.screens.text import FieldsScreen

OLD, NEW = f"sha256:{'0' * 64}", f"sha256:{'1' * 64}"
REDIS = Comparison("redis:7", image_id("e"), Verdict.MOVED, OLD, NEW)
NGINX = Comparison("nginx:1.27", image_id("b"), Verdict.MOVED, OLD, NEW)
DEBIAN = Comparison("debian:12", image_id("a"), Verdict.CURRENT, NEW, NEW)
SHOP = Comparison("shop:1", image_id("c"), Verdict.UNKNOWN, why="it was \x1b[31mmade here")


def _asked(here: Stage) -> CheckNewer:
    asked = here.recorder.of_kind("check_newer")[-1]
    assert isinstance(asked, CheckNewer)
    return asked


async def _compared(here: Stage, *comparisons: Comparison) -> None:
    """Open the list, and let the registries answer."""
    await here.press("N")
    asked = _asked(here)
    await here.tell(
        browsing.ComparingBegun(asked.number), browsing.NamesCompared(asked.number, comparisons)
    )
    here.recorder.end(asked)
    await here.settle()


def _rows(here: Stage) -> list[tuple[str, ...]]:
    rows = here.screen(NewerScreen).rows._view.rows
    return [
        tuple(cell if isinstance(cell, str) else cell.text for cell in rows[at].cells)
        for at in range(len(rows))
    ]


async def test_all_names_are_compared_and_what_moved_comes_first() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await _compared(here, DEBIAN, SHOP, NGINX, REDIS)
        names = {one.reference for one in _asked(here).names}
        assert names == {"debian:12", "nginx:1.27", "nginx:latest", "shop:1", "redis:7"}
        rows = _rows(here)
        assert [row[:2] for row in rows] == [
            ("nginx:1.27", "moved"),
            ("redis:7", "moved"),
            ("shop:1", "cannot tell"),
            ("debian:12", "up to date"),
        ]
        assert rows[0][4] == "it keeps other names"
        assert rows[1][4] == "untagged, 0 B", "a container keeps it, and debian its first layer"
        assert r"it was \x1b[31mmade here" in here.text()
        assert "4 of 5 compared, 2 moved" in here.text()


async def test_the_marked_images_alone_are_compared() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("debian:12")
        await here.press("space", "N")
        assert [one.reference for one in _asked(here).names] == ["debian:12"]


async def test_what_a_pull_leaves_is_counted_by_the_rules_of_the_store() -> None:
    async with stage(*CONNECTED, events.ContainersListed(()), FACTS_TOLD) as here:
        await _compared(here, NGINX, REDIS)
        assert _rows(here)[1][4] == "untagged, 5 MB"
        assert "Pulling all leaves 1 image without a tag: 5 MB that P frees." in here.text()


async def test_layers_that_are_not_known_are_read_first() -> None:
    async with stage(*CONNECTED) as here:
        await _compared(here, REDIS)
        assert _rows(here)[0][4] == "an image without a tag"
        wanted = {name for one in here.recorder.of_kind("read_facts") for name in one.image_ids}  # type: ignore[attr-defined]
        assert image_id("e") in wanted


async def test_p_pulls_what_moved_and_the_list_follows() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await _compared(here, DEBIAN, NGINX, REDIS)
        await here.press("p")
        assert here.loud == [PullImage("nginx:1.27"), PullImage("redis:7")]
        pulled = ImageSummary(image_id("9"), ("redis:7",), (f"redis@{NEW}",))
        await here.tell(events.ImagesListed((*here.state.images[:-1], pulled)))
        assert [row[1] for row in _rows(here)] == ["moved", "up to date", "up to date"]
        assert "1 moved" in here.text()


async def test_p_pulls_the_marked_ones_alone() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await _compared(here, DEBIAN, NGINX, REDIS)
        await here.press("j", "space", "p")
        assert here.loud == [PullImage("redis:7")]
        await here.press("G", "space", "p")
        assert len(here.loud) == 1, "debian has not moved"
        assert "nothing to pull" in here.text()


async def test_read_only_pulls_nothing() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, read_only=True) as here:
        await _compared(here, NGINX)
        await here.press("p")
        assert here.loud == []


async def test_both_digests_whole() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await _compared(here, NGINX)
        await here.press("enter")
        here.screen(FieldsScreen)
        assert OLD in here.text()
        assert NEW in here.text()


async def test_an_answer_to_an_older_question_does_not_show() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await _compared(here, NGINX)
        await here.press("r")
        assert len(here.recorder.of_kind("check_newer")) == 2
        here.recorder.fail(_asked(here), Trouble("The Engine went away.", "Wait."))
        await here.settle()
        assert "The Engine went away. Wait." in " ".join(here.text().split())
        assert "nginx" not in here.text()
