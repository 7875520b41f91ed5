"""Commands that tell of the files of an image, compare and extract them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.arguments.verbs import AddCommand
from tui.i18n import _
from tui.report.request import SOURCES

if TYPE_CHECKING:
    from argparse import ArgumentParser


def add_commands(add: AddCommand) -> None:
    """Add the commands that tell of the files of an image."""
    from tui.report.gates import share, size_in_bytes

    source = _("an image; or docker-archive:FILE, oci-archive:FILE, oci:DIR, registry:NAME:TAG")
    reading = _("read the files from there: {names}").format(names=", ".join(SOURCES))
    files = add("files", _("list the files of an image: those that show in the end"))
    files.add_argument("names", metavar="SOURCE", help=source)
    files.add_argument("--layer", type=int, metavar="N", default=0, help=_("those of one layer"))
    files.add_argument(
        "--stacked", action="store_true", help=_("with --layer: those that show up to there")
    )
    files.add_argument("--source", choices=SOURCES, default="", help=reading)
    add_platform(files)
    waste = add("waste", _("tell what is in the layers of an image, but does not show"))
    waste.add_argument("names", metavar="SOURCE", help=source)
    waste.add_argument("--source", choices=SOURCES, default="", help=reading)
    add_platform(waste)
    waste.add_argument(
        "--max-wasted", type=size_in_bytes, metavar="SIZE", help=_("fail above that: 20MB")
    )
    waste.add_argument(
        "--min-efficiency", type=share, metavar="SHARE", help=_("fail below that: 0.95")
    )
    _add_others(add, source, reading)


def _add_others(add: AddCommand, source: str, reading: str) -> None:
    """Add the commands that walk, compare and extract."""
    path = add("path", _("tell where an image lies on the Engine's disk, step by step"))
    path.add_argument("names", metavar="IMAGE", help=_("name, digest, ID, its first digits"))
    path.add_argument("--container", action="store_true", help=_("a container is meant instead"))
    changes = add("changes", _("list what a container has changed in its files, with sizes"))
    changes.add_argument("names", metavar="CONTAINER", help=_("its name or ID, as for docker"))
    diff = add("diff", _("tell what differs between two images: layers, files, config"))
    diff.add_argument("names", metavar="SOURCE", nargs=2, help=source)
    diff.add_argument(
        "--text", metavar="PATH", default="", help=_("what differs in this file, line by line")
    )
    diff.add_argument("--source", choices=SOURCES, default="", help=reading)
    add_platform(diff)
    extract = add("extract", _("write a file or folder of an image to the disk"))
    extract.add_argument("names", metavar="SOURCE", help=source)
    extract.add_argument(
        "path", metavar="PATH", nargs="?", default="/", help=_("the file or folder; / for all")
    )
    extract.add_argument(
        "-o", "--output", metavar="DEST", required=True, help=_("where to, as for docker cp")
    )
    extract.add_argument("--layer", type=int, metavar="N", default=0, help=_("of one layer"))
    extract.add_argument(
        "--tar", action="store_true", help=_("with --layer: the whole layer as a tar; - as DEST")
    )
    extract.add_argument("--overwrite", action="store_true", help=_("replace files that are there"))
    extract.add_argument("--source", choices=SOURCES, default="", help=reading)
    add_platform(extract)


def add_platform(command: ArgumentParser) -> None:
    """Add the option that chooses of an image for several platforms."""
    from argparse import SUPPRESS

    from tui.report.gates import platform

    command.add_argument(
        "--platform",
        type=platform,
        default=SUPPRESS,
        metavar="OS/ARCH[/VARIANT]",
        help=_("of an image for several, in a file or in a registry: linux/arm64"),
    )
