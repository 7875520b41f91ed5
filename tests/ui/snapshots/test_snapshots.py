"""How the app looks on fixed data. Written anew with `pytest tests/ui/snapshots --snapshot-update`

(on Python 3.11; look at every picture before it is committed).
"""

from __future__ import annotations

import pytest

from tests.ui.fixed import CONNECTED, DENIED, FAILED_PULL, LOST, PULLING, SEARCHED
from tests.ui.fixedfiles import FILES
from tests.ui.fixedmirrors import MIRRORS
from tests.ui.scenes import SMALL, TINY, TO_NGINX, WIDE, Scene, Size
from tests.ui.snapshots.conftest import Snap

TO_TOOLS = ("down",) * 3
"""Keys to the image whose labels, history and container are hostile."""

EVERYTHING = (*CONNECTED, *SEARCHED)


def test_main_wide(snap: Snap) -> None:
    """All four panes are in view, with the layers of the image under the cursor."""
    snap(Scene(TO_NGINX, told=EVERYTHING))


FILES_OF_A_LAYER = Scene((*TO_NGINX, "f", "[", "[", "[", "E", "n"), told=(*CONNECTED, FILES))


@pytest.mark.parametrize("size", [WIDE, SMALL, TINY])
def test_files(snap: Snap, size: Size) -> None:
    """The tree of a layer with what it changed; nothing is cut at 80x24."""
    snap(FILES_OF_A_LAYER, size)


def test_files_alone(snap: Snap) -> None:
    """Only what the layer brought and removed."""
    snap(Scene((*FILES_OF_A_LAYER.keys, "S"), told=FILES_OF_A_LAYER.told), SMALL)


def test_waste(snap: Snap) -> None:
    """What is wasted, with advice."""
    snap(Scene((*TO_NGINX, "f", "W"), told=(*CONNECTED, FILES)), SMALL)


def test_main_small(snap: Snap) -> None:
    """At 80x24 one pane is in view, and nothing is cut."""
    snap(Scene(TO_NGINX, told=EVERYTHING), SMALL)


def test_main_tiny(snap: Snap) -> None:
    """At 60x15 columns are left out, but the list works."""
    snap(Scene(TO_NGINX, told=EVERYTHING), TINY)


def test_main_plain(snap: Snap) -> None:
    """Without UTF-8 and colours the cursor is in reverse and all is ASCII."""
    snap(Scene(TO_NGINX, told=EVERYTHING, plain=True))


def test_main_plain_small(snap: Snap) -> None:
    """The same at 80x24."""
    snap(Scene(("down", "space", "down"), plain=True), SMALL)


def test_before_the_engine_answers(snap: Snap) -> None:
    """The first paint says that the Engine is asked."""
    snap(Scene(told=()), SMALL)


def test_marks(snap: Snap) -> None:
    """The marks' line tells what removing the marked images would really free."""
    snap(Scene(("space", "down", "space", "down", "space")))


def test_filter(snap: Snap) -> None:
    """While a filter is typed only matching rows are shown."""
    snap(Scene(("/", *"shop")), SMALL)


def test_no_match(snap: Snap) -> None:
    """A filter that nothing matches says how to get back."""
    snap(Scene(("/", *"zzz", "enter")), SMALL)


def test_containers(snap: Snap) -> None:
    """Containers at 80x24: running ones first, with state and status."""
    snap(Scene(("2",)), SMALL)


def test_hub(snap: Snap) -> None:
    """What a search found, hostile descriptions spelled out."""
    snap(Scene(("3",), told=EVERYTHING), SMALL)


def test_layers(snap: Snap) -> None:
    """Layers bottom to top, empty steps dim, with IDs."""
    snap(Scene((*TO_NGINX, "l")), SMALL)


def test_hostile_layers(snap: Snap) -> None:
    """Markup, escapes and bidi controls in history lines are spelled out."""
    snap(Scene((*TO_TOOLS, "l")), SMALL)


def test_hostile_details(snap: Snap) -> None:
    """So are those in labels."""
    snap(Scene((*TO_TOOLS, "i")))


def test_matrix(snap: Snap) -> None:
    """Layers against images."""
    snap(Scene((*TO_NGINX, "M")))


def test_removal_preview(snap: Snap) -> None:
    """The preview lists what goes, what stays and why, and the bytes that come back."""
    snap(Scene(("down", "down", "space", *TO_TOOLS, "space", "d")))


def test_removal_preview_small(snap: Snap) -> None:
    """An image that a container uses stays, said at 80x24."""
    snap(Scene((*TO_NGINX, "d")), SMALL)


def test_removal_preview_plain(snap: Snap) -> None:
    """The preview without UTF-8 and colours, at 60x15."""
    snap(Scene((*TO_NGINX, "d"), plain=True), TINY)


def test_pull_form(snap: Snap) -> None:
    """The form of a pull, with the docker line it equals."""
    snap(Scene((*TO_NGINX, "p")), SMALL)


def test_jobs(snap: Snap) -> None:
    """A pull with a bar for each layer, and what was done before."""
    snap(Scene(("J",), told=(*CONNECTED, *PULLING)), SMALL)


def test_job_line(snap: Snap) -> None:
    """The main screen tells of a running pull."""
    snap(Scene(told=(*CONNECTED, *PULLING)), SMALL)


def test_failed_job(snap: Snap) -> None:
    """A pull that failed says why and what to do."""
    snap(Scene(("J",), told=(*CONNECTED, *FAILED_PULL)), SMALL)


def test_help(snap: Snap) -> None:
    """The keys, made from the catalogue."""
    snap(Scene(("?",)), SMALL)


def test_permission_denied(snap: Snap) -> None:
    """No Engine: the endpoint, the cause, the remedy."""
    snap(Scene(told=DENIED), SMALL)


def test_engine_lost(snap: Snap) -> None:
    """The Engine went away: the lists stay behind the sentence."""
    snap(Scene(then=LOST))


def test_mirrors(snap: Snap) -> None:
    """A draft over what is in force, and what became of testing them."""
    scene = Scene(keys=("%",), then=MIRRORS)
    snap(scene)


def test_mirrors_in_ascii(snap: Snap) -> None:
    snap(Scene(keys=("%",), then=MIRRORS, plain=True), SMALL)


def test_a_run_is_asked_for(snap: Snap) -> None:
    keys = (*TO_NGINX, "R", *"web", "tab", *"sh", "tab", "tab", "tab", *"8080:80")
    snap(Scene(keys, told=EVERYTHING), SMALL)


def test_more_of_a_run_is_asked_for(snap: Snap) -> None:
    keys = (*TO_NGINX, "R", *["tab"] * 7, "space", "tab", *"always", "tab", *"512m")
    snap(Scene(keys, told=EVERYTHING), SMALL)
