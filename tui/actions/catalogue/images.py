"""Verbs of images."""

from __future__ import annotations

from typing import Final

from tui.actions.catalogue.lines import image_line, inspect_line
from tui.actions.spec import ON_CONTAINERS, ON_IMAGE_LIST, ON_IMAGES, ActionSpec, Ask
from tui.i18n import N_
from tui.store.state import Pane

IMAGE_VERBS: Final = (
    ActionSpec(
        "pull",
        N_("Pull"),
        N_("Download an image by its reference, with a bar for each layer."),
        ("p",),
        frozenset({Pane.IMAGES, Pane.LAYERS}),
        Ask.FORM,
        changes=True,
        docker="docker pull REFERENCE",
    ),
    ActionSpec(
        "remove_images",
        N_("Remove"),
        N_("Preview what removing the marked images takes, frees and leaves; then remove it."),
        ("d", "delete", "ctrl+d"),
        ON_IMAGES,
        Ask.PREVIEW_IMAGES,
        changes=True,
        dangerous=True,
        needs_selection=True,
        line=image_line("rmi"),
        docker="docker rmi IMAGE...",
    ),
    ActionSpec(
        "prune_images",
        N_("Prune"),
        N_("Preview the removal of all images without a name, or of all that nothing uses."),
        ("P",),
        ON_IMAGES,
        Ask.PREVIEW_IMAGES,
        changes=True,
        dangerous=True,
        docker="docker image prune [--all]",
    ),
    ActionSpec(
        "tag",
        N_("Tag"),
        N_("Give the image one more name."),
        ("t",),
        ON_IMAGES,
        Ask.FORM,
        changes=True,
        needs_selection=True,
        docker="docker tag IMAGE REFERENCE",
    ),
    ActionSpec(
        "push",
        N_("Push"),
        N_("Send the image to a registry, under a name that it has or gets; a bar for each layer."),
        (">",),
        ON_IMAGES,
        Ask.FORM,
        changes=True,
        needs_selection=True,
        docker="docker push REFERENCE",
    ),
    ActionSpec(
        "untag",
        N_("Untag"),
        N_("Take this name away from an image that has others; the image stays."),
        ("U",),
        ON_IMAGES,
        Ask.PREVIEW_IMAGES,
        changes=True,
        dangerous=True,
        needs_selection=True,
        line=image_line("rmi"),
        docker="docker rmi REFERENCE",
    ),
    ActionSpec(
        "import",
        N_("Import"),
        N_("Make an image of one layer from a tar of files, such as docker export writes."),
        ("I",),
        ON_IMAGE_LIST,
        Ask.FORM,
        changes=True,
        docker="docker import FILE|URL [NAME[:TAG]]",
    ),
    ActionSpec(
        "matrix",
        N_("Matrix"),
        N_("Layers against images: what is shared with what, and what removing one would free."),
        ("M",),
        ON_IMAGES,
        needs_selection=True,
    ),
    ActionSpec(
        "files",
        N_("Files"),
        N_("The files of each layer: what it added, modified and removed, and what is wasted."),
        ("f",),
        ON_IMAGES,
        needs_selection=True,
        docker="docker save IMAGE",
    ),
    ActionSpec(
        "where",
        N_("Where"),
        N_("Where it lies on the Engine's disk, step by step, with the shell lines that show it."),
        ("W",),
        ON_IMAGES | ON_CONTAINERS,
        needs_selection=True,
        line=inspect_line,
        docker="docker inspect NAME",
    ),
)
