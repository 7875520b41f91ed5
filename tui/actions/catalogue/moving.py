"""Verbs that move images to files, from files, and to other Engines."""

from __future__ import annotations

from typing import Final

from tui.actions.catalogue.lines import image_line
from tui.actions.spec import ON_IMAGE_LIST, ActionSpec, Ask
from tui.i18n import N_

MOVING_VERBS: Final = (
    ActionSpec(
        "save",
        N_("Save"),
        N_("Write the marked images to one file, whole and checked, or none at all."),
        ("s",),
        ON_IMAGE_LIST,
        Ask.FORM,
        needs_selection=True,
        line=image_line("save"),
        docker="docker save -o FILE IMAGE...",
    ),
    ActionSpec(
        "load",
        N_("Load"),
        N_("Look into an archive: what comes, what is here, which tags would move. Then load it."),
        ("L",),
        ON_IMAGE_LIST,
        Ask.FORM,
        changes=True,
        docker="docker load -i FILE",
    ),
    ActionSpec(
        "send",
        N_("Send"),
        N_(
            "Bring the marked images to another Engine, without a file; only what is missing there."
        ),
        ("X",),
        ON_IMAGE_LIST,
        Ask.ENGINE,
        changes=True,
        needs_selection=True,
        line=image_line("save"),
        docker="docker save IMAGE... | docker --context NAME load",
    ),
)
