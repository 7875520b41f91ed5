"""What a person does, step by step: marks, previews, forms, the way to the Engine and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import MouseScrollDown

from tests.ui.stage import (
    CONNECTED,
    CONTAINERS,
    ENDPOINT,
    ENGINE,
    FACTS_TOLD,
    IMAGES,
    NOW,
    SEARCHED,
    Stage,
    facts_of,
    image_id,
    stage,
)
from tui.actions.values.containers import ChangeContainers, RemoveContainers, RenameContainer
from tui.actions.values.images import PullImage, RemoveImages, SearchImages, TagImage
from tui.actions.values.reading import ReadFacts
from tui.model.container import ContainerState
from tui.model.engine import Endpoint
from tui.model.image import SearchResult
from tui.model.job import Job
from tui.model.progress import Progress
from tui.store import events
from tui.store.state import NO_TROUBLE, Pane, Phase, Trouble
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.connection import ConnectionScreen, ContextsScreen
from tui.ui.screens.form import FormScreen
from tui.ui.screens.main import MainScreen
from tui.ui.screens.removal import RemoveContainersScreen, RemoveImagesScreen
from tui.ui.screens.text import FieldsScreen, FieldValue, TextScreen
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.tick import Tick

ALL = (*CONNECTED, FACTS_TOLD, *SEARCHED)


def marked_names(here: Stage) -> set[str]:
    return {key.split(" ", 1)[1] for key in here.state.view(Pane.IMAGES).marks}


# Marks


async def test_marks_stay_through_filter_sort_and_refresh() -> None:
    async with stage(*ALL) as here:
        await here.go_to("shop:1")
        await here.press("space")
        await here.go_to("debian:12")
        await here.press("space")
        marked = {"shop:1", "debian:12"}
        await here.tell(events.FilterSet(Pane.IMAGES, "redis"))
        assert here.names() == ["redis:7"]
        assert marked_names(here) == marked
        await here.press("escape", "o", "O", "r")
        await here.tell(events.ImagesListed(IMAGES[::-1]))
        assert marked_names(here) == marked
        await here.tell(events.ImagesListed(IMAGES[1:]))
        assert marked_names(here) == {"shop:1"}


async def test_the_marks_line_counts_what_comes_back() -> None:
    async with stage(*ALL) as here:
        await here.go_to("<none>")
        await here.press("space")
        assert " 1 marked" in here.line("#marks")
        assert "frees 7 MB of 7 MB" in here.line("#marks")
        await here.go_to("shop:1")
        await here.press("space")
        line = here.line("#marks")
        assert " 2 marked" in line
        assert "frees 7 MB of 130 MB (123 MB stay: " in line


async def test_the_marks_line_says_that_layers_are_read_first() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("space")
        assert "reading their layers" in here.line("#marks")
        assert here.recorder.of_kind("read_facts")
        await here.tell(FACTS_TOLD)
        assert "frees" in here.line("#marks")


async def test_a_long_docker_line_leaves_room_for_marks() -> None:
    async with stage(*ALL, size=(80, 24)) as here:
        await here.tell(events.JobQueued(Job(9000, "tag", "tag", "docker tag " + "name " * 100)))
        await here.press("space")
        assert "1 marked" in here.text()


# Removal previews


async def test_the_preview_removes_exactly_what_it_shows() -> None:
    async with stage(*ALL) as here:
        await here.go_to("<none>")
        await here.press("space")
        await here.go_to("nginx:latest")
        await here.press("space", "d")
        here.screen(RemoveImagesScreen)
        text = here.text()
        assert "untag" in text
        assert "nginx:latest" in text
        assert "frees 7 MB (7,000,000 bytes)" in text
        shown = here.line("#docker").removeprefix("$ ")
        await here.press("y")
        (action,) = here.loud
        assert isinstance(action, RemoveImages)
        assert {step.name for step in action.plan.steps} == {image_id("d"), "nginx:latest"}
        assert action.plan.freed_min == action.plan.freed_max == 7_000_000
        assert action.docker == shown


async def test_remove_by_mouse() -> None:
    async with stage(*ALL) as here:
        await here.go_to("<none>")
        await here.press("d")
        await here.pilot.click("#go")
        await here.settle()
        (action,) = here.loud
        assert isinstance(action, RemoveImages)
        assert [step.image_id for step in action.plan.steps] == [image_id("d")]


@pytest.mark.parametrize("way", ["enter", "escape", "n", "click"])
async def test_leaving_the_preview_submits_nothing(way: str) -> None:
    async with stage(*ALL) as here:
        await here.press("d")
        if way == "click":
            await here.pilot.click("#cancel")
            await here.settle()
        else:
            await here.press(way)
        here.screen(MainScreen)
        assert not here.loud


async def test_the_open_preview_follows_the_state() -> None:
    async with stage(*ALL) as here:
        await here.go_to("debian:12")
        await here.press("d")
        assert not here.button("#go").disabled
        using = replace(CONTAINERS[0], container_id="4" * 64, name="new", image_id=image_id("a"))
        await here.tell(events.ContainersListed((*CONTAINERS, using)))
        assert "new" in here.text()
        assert here.button("#go").disabled
        await here.press("y")
        assert not here.loud
        await here.tell(events.ContainersListed(CONTAINERS))
        assert not here.button("#go").disabled
        await here.tell(events.ImagesListed(IMAGES[1:]))
        assert here.button("#go").disabled


async def test_a_preview_waits_for_the_layers() -> None:
    async with stage(*CONNECTED) as here:
        await here.go_to("debian:12")
        await here.press("d")
        assert "Reading the layers" in here.text()
        assert here.button("#go").disabled
        await here.press("y")
        assert not here.loud
        await here.tell(FACTS_TOLD)
        assert not here.button("#go").disabled


async def test_a_preview_says_when_the_layers_cannot_be_read() -> None:
    async with stage(*CONNECTED) as here:
        await here.go_to("debian:12")
        await here.press("d")
        here.recorder.fail_all("read_facts", Trouble("The Engine refused.", "Ask it again."))
        await here.settle()
        assert "The Engine refused." in here.text()


async def test_whole_images_take_all_their_names() -> None:
    async with stage(*ALL, events.ContainersListed(CONTAINERS[1:])) as here:
        await here.go_to("nginx:1.27")
        await here.press("d")
        assert here.line("#docker") == "$ docker rmi nginx:1.27"
        await here.press("w")
        assert "nginx:latest" in here.text()
        shown = here.line("#docker")
        assert shown != "$ docker rmi nginx:1.27"
        await here.press("y")
        (action,) = here.loud
        assert isinstance(action, RemoveImages)
        assert f"$ {action.docker}" == shown


async def test_force_changes_plan_and_docker_line() -> None:
    async with stage(*ALL) as here:
        await here.go_to("shop:1")
        await here.press("d")
        assert here.button("#go").disabled
        assert "job" in here.text()
        await here.press("f")
        assert here.line("#docker").startswith("$ docker rmi --force ")
        assert not here.button("#go").disabled
        await here.press("y")
        (action,) = here.loud
        assert isinstance(action, RemoveImages)
        assert action.plan.force


async def test_prune_and_also_unused() -> None:
    async with stage(*ALL) as here:
        await here.press("P")
        assert "frees 7 MB" in here.text()
        await here.press("u")
        assert "debian:12" in here.text()
        await here.press("y")
        (action,) = here.loud
        assert isinstance(action, RemoveImages)
        assert {step.image_id for step in action.plan.steps} == {image_id("d"), image_id("a")}


async def test_untag_is_for_spare_names() -> None:
    async with stage(*ALL) as here:
        await here.go_to("debian:12")
        await here.press("U")
        here.screen(MainScreen)
        assert "only name" in here.line("#marks")
        await here.go_to("nginx:latest")
        await here.press("U", "y")
        (action,) = here.loud
        assert isinstance(action, RemoveImages)
        assert action.docker == "docker rmi nginx:latest"


async def test_a_removal_from_the_layers_is_of_the_image_shown() -> None:
    async with stage(*ALL) as here:
        await here.go_to("<none>")
        await here.press("space")
        await here.go_to("debian:12")
        await here.press("4", "d")
        here.screen(RemoveImagesScreen)
        await here.press("y")
        (action,) = here.loud
        assert action.docker == "docker rmi debian:12"


async def test_removing_containers_leaves_those_that_run() -> None:
    async with stage(*ALL) as here:
        await here.press("2", "a", "d")
        here.screen(RemoveContainersScreen)
        assert here.line("#docker") == "$ docker rm job"
        await here.press("f", "v")
        assert here.line("#docker") == "$ docker rm --force --volumes web cache job"
        await here.press("f", "y")
        (action,) = here.loud
        assert isinstance(action, RemoveContainers)
        assert [target.name for target in action.containers] == ["job"]
        assert action.volumes
        assert not action.force


async def test_a_prune_of_containers_kills_none_that_was_started_since() -> None:
    async with stage(*ALL) as here:
        await here.press("2", "P")
        here.screen(RemoveContainersScreen)
        assert "force" not in here.text()
        started = replace(CONTAINERS[2], state=ContainerState.RUNNING, status="Up 1 second")
        await here.tell(events.ContainersListed((*CONTAINERS[:2], started)))
        await here.press("f", "y")
        assert not here.loud


async def test_an_open_container_preview_follows_the_state() -> None:
    async with stage(*ALL) as here:
        await here.press("2")
        here.rows(Pane.CONTAINERS).move_to_key("3" * 64)
        await here.press("d")
        assert not here.button("#go").disabled
        started = replace(CONTAINERS[2], state=ContainerState.RUNNING, status="Up 1 second")
        await here.tell(events.ContainersListed((*CONTAINERS[:2], started)))
        assert here.button("#go").disabled
        await here.press("y")
        assert not here.loud


async def test_ticks_by_space_and_mouse() -> None:
    async with stage(*ALL) as here:
        await here.go_to("shop:1")
        await here.press("d")
        tick = here.app.screen.query_one("#force", Tick)
        await here.pilot.click("#force")
        await here.settle()
        assert tick.value
        tick.focus()
        await here.press("space")
        assert not tick.value


@pytest.mark.parametrize(
    ("key", "verb", "number"), [("S", "stop", "1"), ("R", "restart", "1"), ("K", "kill", "1")]
)
async def test_what_stops_a_container_asks(key: str, verb: str, number: str) -> None:
    async with stage(*ALL) as here:
        await here.press("2")
        here.rows(Pane.CONTAINERS).move_to_key(number * 64)
        await here.press(key)
        here.screen(ConfirmScreen)
        assert f"$ docker {verb} web" in here.text()
        assert here.focused(here.button("#cancel"))
        await here.press("enter")
        assert not here.loud
        await here.press(key, "y")
        (action,) = here.loud
        assert isinstance(action, ChangeContainers)
        assert action.docker == f"docker {verb} web"


async def test_a_verb_that_fits_no_container_says_so() -> None:
    async with stage(*ALL) as here:
        await here.press("2")
        here.rows(Pane.CONTAINERS).move_to_key("3" * 64)
        await here.press("K")
        here.screen(MainScreen)
        assert "No selected container" in here.line("#marks")
        assert not here.loud


# A removal that runs


async def test_rows_keep_their_places_while_a_removal_runs() -> None:
    async with stage(*ALL) as here:
        await here.go_to("<none>")
        await here.press("d", "y")
        (action,) = here.loud
        before = here.names()
        cursor = here.rows(Pane.IMAGES).cursor_index
        newer = replace(IMAGES[0], image_id="sha256:" + "f" * 64, tags=("new:1",), created=int(NOW))
        left = tuple(image for image in IMAGES if image.image_id != image_id("d"))
        await here.tell(events.ImagesListed((*left, newer)))
        during = here.names()
        assert len(during) == len(before)
        assert during[1] == "removed: <none>"
        assert during[:1] + during[2:] == before[:1] + before[2:]
        assert here.rows(Pane.IMAGES).cursor_index == cursor
        here.recorder.end(action, "1 of 1 removed")
        await here.settle()
        assert "removed: <none>" not in here.names()
        assert "new:1" in here.names()
        assert "1 of 1 removed" in here.text()


async def test_a_job_is_seen_stopped_and_told() -> None:
    async with stage(*ALL) as here:
        await here.press("p")
        await here.type("#field-reference", "alpine:3")
        await here.press("enter", "y")
        (action,) = here.loud
        await here.tell(events.JobProgressed(here.recorder.number(action), Progress("x", 1, 4)))
        assert "pull alpine:3" in here.line("#jobs-line")
        assert "25 %" in here.line("#jobs-line")
        await here.press("J", "x")
        assert here.recorder.cancelled[-1] == here.recorder.number(action)


# Forms


async def test_the_pull_form_judges_while_one_types() -> None:
    async with stage(*ALL) as here:
        await here.press("p")
        here.screen(FormScreen)
        await here.type("#field-reference", "")
        assert here.button("#send").disabled
        await here.type("#field-reference", "No/Such:")
        assert here.button("#send").disabled
        assert "Not an image reference" in here.text()
        await here.press("enter")
        assert not here.loud
        await here.type("#field-reference", "alpine:3")
        await here.type("#field-platform", "linux/arm64")
        assert "$ docker pull --platform linux/arm64 alpine:3" in here.text()
        await here.press("enter", "enter")
        assert here.loud == [PullImage("alpine:3", "linux/arm64")]


async def test_the_tag_form() -> None:
    async with stage(*ALL) as here:
        await here.go_to("shop:1")
        await here.press("t")
        await here.type("#field-reference", "me/shop:old")
        assert "$ docker tag shop:1 me/shop:old" in here.text()
        await here.press("enter")
        assert here.loud == [TagImage(image_id("c"), "shop:1", "me/shop:old")]


async def test_the_rename_form() -> None:
    async with stage(*ALL) as here:
        await here.press("2", "n")
        await here.type("#field-name", "-bad name")
        assert here.button("#send").disabled
        await here.type("#field-name", "web-old")
        await here.press("enter")
        (action,) = here.loud
        assert isinstance(action, RenameContainer)
        assert action.docker == "docker rename web web-old"


async def test_the_search_form_and_the_pull_of_a_result() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("3", "n")
        await here.type("#field-term", "https://x")
        assert here.button("#send").disabled
        await here.type("#field-term", "centos")
        await here.press("enter")
        assert here.recorder.of_kind("search") == [SearchImages("centos")]
        await here.tell(*SEARCHED)
        await here.press("3", "enter")
        assert "$ docker pull centos" in here.text()
        await here.press("enter", "enter")
        assert here.loud == [PullImage("centos")]


# The way to the Engine


@pytest.mark.parametrize("phase", [Phase.FAILED, Phase.LOST])
async def test_no_engine_names_endpoint_cause_and_remedy(phase: Phase) -> None:
    trouble = Trouble("Permission denied.", "Join the group docker.", "connect: EACCES")
    async with stage(size=(80, 24)) as here:
        await here.tell(events.ConnectionChanged(phase, trouble))
        here.screen(ConnectionScreen)
        text = here.text()
        for part in ("unix:///run/stage.sock", trouble.title, trouble.remedy, trouble.detail):
            assert part in text
        await here.press("r")
        assert here.session.calls == ["start", "refresh"]
        await here.tell(*CONNECTED)
        here.screen(MainScreen)
        assert "debian:12" in here.text()


async def test_selection_and_marks_survive_a_lost_engine() -> None:
    async with stage(*ALL) as here:
        await here.go_to("shop:1")
        await here.press("space", "down")
        cursor = here.rows(Pane.IMAGES).cursor_key
        await here.tell(events.ConnectionChanged(Phase.LOST, Trouble("Gone.")))
        await here.tell(*CONNECTED)
        assert marked_names(here) == {"shop:1"}
        assert here.rows(Pane.IMAGES).cursor_key == cursor


async def test_the_lists_can_be_looked_at_without_an_engine() -> None:
    async with stage(*ALL) as here:
        await here.tell(events.ConnectionChanged(Phase.LOST, Trouble("Gone.")))
        await here.press("escape")
        here.screen(MainScreen)
        assert "the Engine went away" in here.line("#header")
        await here.tell(events.ConnectionChanged(Phase.LOST, Trouble("Gone.")))
        here.screen(MainScreen)


async def test_another_context_clears_the_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    async with stage(*ALL) as here:
        await here.press("2", "space", "C")
        contexts = here.screen(ContextsScreen)
        there = Endpoint("tcp://there:2376", "context", "there")
        contexts.dismiss(there)
        await here.settle()
        assert [session.calls for session in here.sessions] == [["start", "close"], ["start"]]
        assert here.session.endpoint == there
        assert here.state.connection.endpoint == there
        assert not here.names()
        assert not here.names(Pane.CONTAINERS)
        assert not here.names(Pane.HUB)
        text = here.text()
        assert "there" in here.line("#header")
        for old in ("running of", "centos", ENGINE.version, "455 MB"):
            assert old not in text
        await here.tell(
            events.ImagesListed(()), events.ConnectionChanged(Phase.CONNECTED, NO_TROUBLE)
        )
        assert "No images here yet" in here.text()


async def test_the_old_engine_is_not_heard_any_more() -> None:
    async with stage(*ALL) as here:
        await here.press("C")
        here.screen(ContextsScreen).dismiss(Endpoint("tcp://there:2376", "context", "there"))
        await here.settle()
        here.sessions[0]._say(events.ImagesListed(IMAGES))
        await here.settle()
        assert not here.names()


async def test_the_current_engine_is_among_the_contexts() -> None:
    async with stage(*ALL) as here:
        await here.press("C")
        assert ENDPOINT.url in here.text()


# Copying


async def test_every_field_is_copied_as_it_is() -> None:
    async with stage(*ALL) as here:
        await here.go_to("shop:1")
        await here.press("i")
        here.recorder.end(here.recorder.of_kind("read_facts")[-1])
        await here.settle()
        fields = here.screen(FieldsScreen)._fields
        details = facts_of(IMAGES[2]).details
        values = []
        here.app.screen.query_one(RowList).move_to(0)
        for field in fields:
            await here.press("c")
            values.append(here.app.clipboard)
            assert here.app.clipboard == field.value
            await here.press("down")
        for value in (*details.env, *details.diff_ids, details.image_id, "shop:1"):
            assert value in values


async def test_a_whole_text_is_copied_as_it_is() -> None:
    async with stage(*ALL) as here:
        await here.go_to("shop:1")
        await here.press("i")
        here.recorder.end(here.recorder.of_kind("read_facts")[-1])
        await here.settle()
        await here.press("J", "J")
        here.screen(TextScreen)
        await here.press("c")
        assert here.app.clipboard == facts_of(IMAGES[2]).details.raw


# The mouse


async def test_a_click_on_a_title_sorts() -> None:
    async with stage(*ALL) as here:
        rows = here.rows(Pane.IMAGES)
        slots = {slot.column.key: slot for slot in rows._painter.frame.slots}
        x = rows._painter.frame.gutter + slots["size"].x + 1
        for descending in (True, False):
            await here.pilot.click(rows, offset=(x, 0))
            await here.settle()
            view = here.state.view(Pane.IMAGES)
            assert (view.sort, view.descending) == ("size", descending)


async def test_clicks_choose_the_pane_and_the_row() -> None:
    async with stage(*ALL) as here:
        rows = here.rows(Pane.CONTAINERS)
        await here.pilot.click(rows, offset=(5, 3))
        await here.settle()
        assert here.main.pane is Pane.CONTAINERS
        assert rows.cursor_key == "3" * 64
        await here.pilot.click(rows, offset=(5, 3))
        await here.settle()
        assert here.recorder.of_kind("inspect_container")


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    many = tuple(
        replace(IMAGES[0], image_id=f"sha256:{n:064x}", tags=(f"many:{n}",)) for n in range(200)
    )
    async with stage(*CONNECTED, events.ImagesListed(many)) as here:
        rows = here.rows(Pane.IMAGES)
        cursor = rows.cursor_key
        await here.pilot._post_mouse_events([MouseScrollDown], rows, offset=(5, 5))
        await here.settle()
        assert rows.visible_range[0] > 0
        assert rows.cursor_key == cursor


async def test_the_matrix_says_when_the_layers_cannot_be_read() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("M")
        assert "Reading the layers" in here.text()
        here.recorder.fail_all("read_facts", Trouble("The Engine refused."))
        await here.settle()
        assert "The Engine refused." in here.text()


async def test_the_matrix_reads_images_that_come_while_it_is_open() -> None:
    async with stage(*ALL) as here:
        await here.press("M")
        new = replace(IMAGES[0], image_id=image_id("f"))
        await here.tell(events.ImagesListed((*IMAGES, new)))
        assert here.recorder.of_kind("read_facts")[-1] == ReadFacts((image_id("f"),))


async def test_half_a_character_is_copied_as_a_question_mark() -> None:
    async with stage(*ALL) as here:
        here.app.push_screen(FieldsScreen("title", [FieldValue("field", "a\ud800b")]))
        await here.settle()
        await here.press("c")
        assert here.app.clipboard == "a?b"
        await here.press("enter", "c")
        assert here.app.clipboard == "a?b"


async def test_the_web_address_of_a_strange_name_is_quoted() -> None:
    name = "me/[x] ?a=b\x1b\ud800"
    results = (SearchResult(name, "", 1, False),)
    async with stage(*ALL, events.SearchEnded("centos", results)) as here:
        await here.press("3", "w")
        assert here.app.clipboard == "https://hub.docker.com/r/me/%5Bx%5D%20%3Fa%3Db%1B%3F"
