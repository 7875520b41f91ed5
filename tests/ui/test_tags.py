"""The tags of a repository on the screen: what is asked for when, what is shown, what keys do."""

from __future__ import annotations

import pytest

from tests.ui.stage import (
    CONNECTED,
    NOW,
    PLAIN_TERMINAL,
    SEARCHED,
    TERMINAL,
    Stage,
    image_id,
    stage,
)
from tui.actions.action import Action
from tui.actions.values.images import PullImage
from tui.actions.values.registries import (
    DeleteTag,
    PlanDeletion,
    ReadRepository,
    ReadTag,
    ReadTagFacts,
    ReadTags,
)
from tui.model.engine import EngineInfo
from tui.model.image import ImageDetails, ImageSummary, SearchResult
from tui.model.progress import Progress
from tui.model.registry import (
    Answerer,
    Badge,
    Deletion,
    HubRepository,
    Quota,
    RemoteBlob,
    RemotePlatform,
    RemoteTag,
    TagDetails,
    TagList,
)
from tui.store import browsing, events
from tui.store.state import Pane, Trouble
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.main import MainScreen
from tui.ui.screens.repository import RepositoryScreen
from tui.ui.screens.tags import TagScreen, TagsScreen
from tui.ui.terminal import TerminalFacts

DIGESTS = {letter: f"sha256:{letter * 64}" for letter in "123"}
HERE = ImageSummary(
    image_id("f"),
    ("host:5000/app:1.2", "host:5000/app:old"),
    (f"host:5000/app@{DIGESTS['2']}",),
    created=int(NOW) - 60,
)
IMAGES = events.ImagesListed((HERE,))
BARE = TagList("host:5000/app", (RemoteTag("1.10"), RemoteTag("1.2"), RemoteTag("old")), 3)


def known(name: str, letter: str, days: int, size: int) -> RemoteTag:
    platforms = (RemotePlatform("linux/amd64", DIGESTS[letter], size),)
    return RemoteTag(name, DIGESTS[letter], int(NOW) - days * 86400, size, platforms)


FACTS = (
    known("1.10", "1", 20, 5_000_000),
    known("1.2", "2", 40, 9_000_000),
    known("old", "3", 1, 1000),
)


def _reads(here: Stage, kind: str) -> list[Action]:
    return here.recorder.of_kind(kind)


async def _opened(here: Stage, tags: TagList = BARE) -> None:
    """Open the tags of the image in the list, and let them come."""
    await here.press("T")
    (asked,) = _reads(here, "read_tags")
    await here.tell(browsing.TagsListed(tags))
    here.recorder.end(asked)
    await here.settle()


def _rows(here: Stage) -> list[tuple[str, ...]]:
    screen = here.screen(TagsScreen)
    rows = screen.rows._view.rows
    return [
        tuple(cell if isinstance(cell, str) else cell.text for cell in rows[at].cells)
        for at in range(len(rows))
    ]


async def test_tags_are_asked_for_and_shown_as_they_come() -> None:
    async with stage(*CONNECTED, IMAGES) as here:
        await here.press("T")
        (asked,) = _reads(here, "read_tags")
        assert asked == ReadTags("host:5000/app", anew=True, platform=here.state.engine.platform)
        assert "Reading the tags" in here.text()
        assert here.screen(TagsScreen).rows.has_focus
        await here.tell(browsing.TagsListed(BARE))
        assert [row[0] for row in _rows(here)] == ["1.10", "1.2", "old"]
        here.recorder.end(asked)
        await here.settle()
        assert "told by the registry" in here.text()


async def test_more_is_asked_about_what_is_in_sight_once_the_list_rests() -> None:
    every = tuple(RemoteTag(f"v{number:03}") for number in range(500))
    async with stage(*CONNECTED, IMAGES, size=(80, 24)) as here:
        await _opened(here, TagList("host:5000/app", every, 500))
        await here.pilot.pause(0.4)
        (asked,) = _reads(here, "read_tag_facts")
        assert isinstance(asked, ReadTagFacts)
        assert asked.tags[0] == "v000"
        assert len(asked.tags) < 24
        await here.press("G")
        await here.pilot.pause(0.4)
        more = _reads(here, "read_tag_facts")[-1]
        assert isinstance(more, ReadTagFacts)
        assert more.tags[-1] == "v499"
        assert not set(more.tags) & set(asked.tags), "none is asked about twice"


async def test_what_is_read_is_said_and_ends_with_the_sheet() -> None:
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here)
        await here.press("o", "o")
        facts = _reads(here, "read_tag_facts")[-1]
        number = here.recorder.number(facts)
        await here.tell(events.JobProgressed(number, Progress("", 1, 3)))
        assert "read 3 tags of host:5000/app: 1 of 3" in here.text()
        await here.press("escape")
        here.screen(MainScreen)
        assert number in here.recorder.cancelled


async def test_facts_fill_the_rows_and_say_what_is_here() -> None:
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here)
        await here.tell(browsing.TagFactsRead("host:5000/app", FACTS))
        newest, same, old = _rows(here)
        assert newest[:5] == ("1.10", "", "2 weeks", "5 MB", "111111111111")
        assert same[1] == "here", "by its digest"
        assert old[1] == "older", "by its name alone"


async def test_order_and_filter() -> None:
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here)
        await here.tell(browsing.TagFactsRead("host:5000/app", FACTS))
        orders = {}
        for _number in range(4):
            await here.press("o")
            orders[here.screen(TagsScreen)._sort[0]] = [row[0] for row in _rows(here)]
        assert orders["name"] == ["1.2", "1.10", "old"], "as people count"
        assert orders["updated"] == ["old", "1.10", "1.2"]
        assert orders["size"] == ["1.2", "1.10", "old"]
        await here.press("/")
        await here.type("#answer", "1.")
        await here.press("enter")
        assert {row[0] for row in _rows(here)} == {"1.2", "1.10"}
        assert "filter: 1." in here.text()


async def test_sorting_by_date_asks_about_all() -> None:
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here)
        await here.press("o", "o")
        asked = _reads(here, "read_tag_facts")[-1]
        assert isinstance(asked, ReadTagFacts)
        assert set(asked.tags) == {"1.10", "1.2", "old"}


async def test_a_filter_asks_docker_hub_for_what_is_not_in_the_list() -> None:
    async with stage(*CONNECTED, *SEARCHED) as here:
        await here.press("3", "T")
        (asked,) = _reads(here, "read_tags")
        tags = TagList("centos", FACTS, 4321, is_whole=False, answered_by=Answerer.HUB)
        await here.tell(
            browsing.TagsListed(tags), browsing.PullsLeftTold("centos", Quota(100, 76, 21600))
        )
        here.recorder.end(asked)
        await here.settle()
        assert "3 of 4,321" in here.text()
        assert "pulls left: 76 of 100 in 6 h" in here.text()
        await here.press("d")
        assert not _reads(here, "plan_deletion"), "Docker Hub deletes nothing this way"
        assert "web page" in here.text()
        await here.press("/")
        await here.type("#answer", "7.")
        await here.press("enter")
        again = _reads(here, "read_tags")[-1]
        assert isinstance(again, ReadTags)
        assert again.part == "7."


async def test_p_pulls_what_is_marked() -> None:
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here)
        await here.press("p")
        assert here.loud == [PullImage("host:5000/app:1.10")]
        await here.press("space", "space", "p")
        assert here.loud[1:] == [PullImage("host:5000/app:1.10"), PullImage("host:5000/app:1.2")]
        assert "pulling 2 tags" in here.text()


async def test_a_tag_is_opened() -> None:
    details = TagDetails(
        "host:5000/app:1.10",
        FACTS[0],
        "application/vnd.oci.image.manifest.v1+json",
        FACTS[0].platforms[0],
        (RemoteBlob(DIGESTS["3"], 5_000_000, "RUN \x1b[31mred"), RemoteBlob("", 0, "CMD sh")),
        ImageDetails("sha256:x", env=("A=b",)),
    )
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here)
        await here.press("enter")
        (asked,) = _reads(here, "read_tag")
        assert asked == ReadTag("host:5000/app:1.10", here.state.engine.platform)
        await here.tell(browsing.TagOpened(details))
        here.recorder.end(asked)
        await here.settle()
        here.screen(TagScreen)
        text = here.text()
        assert "1 layer, 5 MB of linux/amd64" in text
        assert r"RUN \x1b[31mred" in text
        assert "no layer" in text
        assert "A=b" in text


async def test_the_layers_of_the_next_platform() -> None:
    platforms = (RemotePlatform("linux/amd64"), RemotePlatform("linux/arm64/v8"))
    tag = RemoteTag("1.10", DIGESTS["1"], platforms=platforms)
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here)
        await here.press("i")
        asked = _reads(here, "read_tag")[-1]
        await here.tell(
            browsing.TagOpened(TagDetails("host:5000/app:1.10", tag, platform=platforms[0]))
        )
        here.recorder.end(asked)
        await here.settle()
        here.screen(TagScreen)
        await here.press("n")
        assert _reads(here, "read_tag")[-1] == ReadTag("host:5000/app:1.10", "linux/arm64/v8")


async def test_a_tag_that_cannot_be_opened_says_why_in_place() -> None:
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here)
        await here.press("i")
        here.recorder.fail(_reads(here, "read_tag")[0], Trouble("No such image.", "Look again."))
        await here.settle()
        here.screen(TagsScreen)
        assert "No such image. Look again." in here.text()


async def test_deleting_asks_and_names_every_tag_that_goes() -> None:
    deletion = Deletion("host:5000/app", "1.10", DIGESTS["1"], ("1.10", "edge"), 3)
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here)
        await here.press("d")
        (asked,) = _reads(here, "plan_deletion")
        assert asked == PlanDeletion("host:5000/app:1.10")
        number = here.recorder.number(asked)
        await here.tell(events.JobProgressed(number, Progress("", 7, 300)))
        assert "the same as host:5000/app:1.10: 7 of 300" in here.text()
        await here.tell(browsing.DeletionPlanned(deletion))
        here.recorder.end(asked)
        await here.settle()
        here.screen(ConfirmScreen)
        text = here.text()
        for told in ("ALL tags", "1.10, edge", DIGESTS["1"], "3 more tags"):
            assert told in text
        await here.press("enter")
        assert here.loud == [], "Cancel is what Enter means"
        await here.press("d")
        here.recorder.end(_reads(here, "plan_deletion")[-1])
        await here.settle()
        await here.press("y")
        assert here.loud == [DeleteTag(deletion)]


async def test_what_was_planned_for_another_tag_is_not_asked_about() -> None:
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here)
        await here.press("d")
        await here.tell(browsing.DeletionPlanned(Deletion("host:5000/app", "1.2", DIGESTS["2"])))
        here.recorder.end(_reads(here, "plan_deletion")[0])
        await here.settle()
        here.screen(TagsScreen)


async def test_read_only_neither_pulls_nor_deletes() -> None:
    async with stage(*CONNECTED, IMAGES, read_only=True) as here:
        await _opened(here)
        await here.press("p", "d")
        assert here.loud == []
        assert not _reads(here, "plan_deletion")
        assert " p pull" not in here.text()
        assert " d delete" not in here.text()


async def test_a_list_that_cannot_be_had_says_why_and_can_be_asked_again() -> None:
    async with stage(*CONNECTED, IMAGES) as here:
        await here.press("T")
        trouble = Trouble("The registry cannot be reached.", "Check its name.", "refused\x1b[2J")
        here.recorder.fail(_reads(here, "read_tags")[0], trouble)
        await here.settle()
        assert "cannot be reached" in here.text()
        assert "\x1b" not in here.text()
        await here.press("r")
        assert len(_reads(here, "read_tags")) == 2
        again = _reads(here, "read_tags")[1]
        assert isinstance(again, ReadTags)
        assert again.anew


async def test_hostile_tags_are_only_text() -> None:
    nasty = RemoteTag("1", DIGESTS["1"], 1 << 62, 1 << 62, trouble="[red]\x1b[31m\u202e")
    async with stage(*CONNECTED, IMAGES) as here:
        await _opened(here, TagList("host:5000/app", (nasty,), 1, note="[b]\x1b]0;x\x07"))
        text = here.text()
        assert "\x1b" not in text
        assert "[red]" in text
        assert "[b]" in text


async def test_an_image_without_a_name_has_no_tags() -> None:
    async with stage(*CONNECTED) as here:
        await here.go_to("<none>")
        await here.press("T")
        here.screen(MainScreen)
        assert "no repository" in here.text()


@pytest.mark.parametrize(
    ("size", "terminal"), [((80, 24), TERMINAL), ((60, 15), PLAIN_TERMINAL)], ids=["80", "60"]
)
async def test_it_fits_every_terminal(size: tuple[int, int], terminal: TerminalFacts) -> None:
    async with stage(*CONNECTED, IMAGES, size=size, terminal=terminal) as here:
        await _opened(here)
        await here.tell(browsing.TagFactsRead("host:5000/app", FACTS))
        text = here.text()
        for told in ("1.10", "here", "older", "esc back"):
            assert told in text
        if terminal is PLAIN_TERMINAL:
            assert text.isascii()


# A page of Docker Hub


async def test_the_page_of_a_result() -> None:
    page = HubRepository("centos", "The official build.", "# About\n\x1b[31m[red]", 7800, 10**9)
    async with stage(*CONNECTED, *SEARCHED) as here:
        await here.press("3", "i")
        (asked,) = _reads(here, "read_repository")
        assert asked == ReadRepository("centos")
        await here.tell(browsing.RepositoryOpened(page))
        here.recorder.end(asked)
        await here.settle()
        here.screen(RepositoryScreen)
        text = here.text()
        for told in ("7,800 stars, 1,000,000,000 pulls", "# About", r"\x1b[31m[red]", "T tags"):
            assert told in text
        await here.press("T")
        here.screen(TagsScreen)


async def test_the_practice_engines_hub_has_tags_and_pages_like_any() -> None:
    engine = events.EngineTold(EngineInfo(practice=True))
    async with stage(*CONNECTED, *SEARCHED, engine) as here:
        await here.press("3", "i", "T")
        here.screen(TagsScreen)
        assert _reads(here, "read_repository") == [ReadRepository("centos")]
        assert _reads(here, "read_tags")


async def test_the_hub_pane_says_who_answered_and_what_is_trusted() -> None:
    results = (
        SearchResult("nginx", "x", 20911, True, Badge.OFFICIAL, 12_345_678_901),
        SearchResult("bitnami/nginx", "x", 3, False, Badge.VERIFIED, 500_000),
        SearchResult("me/nginx", "x", 3, False, Badge.OPEN_SOURCE, -1),
    )
    ended = events.SearchEnded("nginx", results, Answerer.HUB.value)
    async with stage(*CONNECTED, events.SearchStarted("nginx"), ended) as here:
        await here.press("3", "z")
        text = here.text()
        for told in (
            "told by Docker Hub's API",
            "12.3B",
            "500k",
            "official",
            "verified",
            "open source",
        ):
            assert told in text
        assert here.names(Pane.HUB) == ["nginx", "bitnami/nginx", "me/nginx"]
