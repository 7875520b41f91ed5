"""Commands that tell what there is: images, containers, layers, versions."""

from __future__ import annotations

from tui.arguments.contents import add_platform
from tui.arguments.verbs import AddCommand
from tui.i18n import _
from tui.report.request import SOURCES


def add_commands(add: AddCommand) -> None:
    """Add the commands."""
    add("images", _("list the images; as JSON with platform and count of layers"))
    containers = add("containers", _("list all containers, running or not"))
    containers.add_argument(
        "--size", action="store_true", help=_("measure the writable layers too (slow)")
    )
    layers = add("layers", _("tell the layers of an image, and which images share them"))
    layers.add_argument(
        "names",
        metavar="SOURCE",
        help=_("an image: name, digest, ID, its first digits; or as for files"),
    )
    layers.add_argument("--files", action="store_true", help=_("list the files of each layer too"))
    layers.add_argument(
        "--source", choices=SOURCES, default="", help=_("read the files from there (with --files)")
    )
    add_platform(layers)
    reclaim = add("reclaim", _("tell what removing images would free; removes nothing"))
    reclaim.add_argument("names", metavar="IMAGE", nargs="+", help=_("as for layers"))
    reclaim.add_argument(
        "--force", action="store_true", help=_("as for a forced removal (docker rmi --force)")
    )
    add("version", _("tell the versions of orlop and of the Engine"))
