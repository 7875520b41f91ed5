"""What is done with the files of images: compared, and written to the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.i18n import _
from tui.model.text import visible

if TYPE_CHECKING:
    from tui.contents.comparing import Side
    from tui.contents.image import ListedImage


class DiffFile(NamedTuple):
    """Compare a file as two layers of an image have it."""

    image: ListedImage
    """With the listings of those layers."""
    path: bytes
    """As the user calls it."""
    old: tuple[int, bytes]
    """Layer (1 is the bottom), and the path of the content there."""
    new: tuple[int, bytes]
    source: str = ""
    """Read them there, at a cost that the user has agreed to; empty for what is free."""
    read_only: bool = True
    """Whether nothing may be changed on the Engine, not even for a moment."""
    quiet: bool = True
    kind: str = "diff_file"

    @property
    def title(self) -> str:
        """`compare /etc/passwd of layers 1 and 3`."""
        return _("compare {path} of layers {old} and {new}").format(
            path=visible("/" + self.path.decode(errors="replace")),
            old=self.old[0],
            new=self.new[0],
        )

    @property
    def docker(self) -> str:
        """None: the docker command does not look into layers."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """One comparison at a time."""
        return frozenset({"diff"})


class CompareImages(NamedTuple):
    """Compare two images: their layers, their files, how they are run."""

    sides: tuple[Side, Side]
    quiet: bool = False
    read_only: bool = False
    """Whether nothing may be changed on the Engine, not even for a moment."""
    kind: str = "compare_images"

    @property
    def title(self) -> str:
        """`compare nginx:1.26 and nginx:1.27`."""
        a, b = (visible(side.name) for side in self.sides)
        return _("compare {a} and {b}").format(a=a, b=b)

    @property
    def docker(self) -> str:
        """None: the docker command compares no images."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """One large reading at a time."""
        return frozenset({"listings"})


class ExtractFiles(NamedTuple):
    """Write a file or folder of an image to the disk."""

    image: ListedImage
    """With its listings."""
    layer: int
    """The file system up to this layer, or what it alone brought; 1 is the bottom."""
    alone: bool
    path: bytes
    """Empty for everything."""
    destination: str
    """A folder that is there, or the name that is made; as for `docker cp`."""
    overwrite: bool = False
    """Replace files that are there."""
    source: str = ""
    """The `SourceName` to read from; empty for the nearest that costs nothing."""
    read_only: bool = False
    """Whether nothing may be changed on the Engine, not even for a moment."""
    quiet: bool = False
    kind: str = "extract_files"

    @property
    def title(self) -> str:
        """`extract /etc/nginx to ~/nginx`."""
        return _("extract {path} to {destination}").format(
            path=visible("/" + self.path.decode(errors="replace")),
            destination=visible(self.destination),
        )

    @property
    def docker(self) -> str:
        """None: the docker command copies out of containers alone."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """The destination."""
        return frozenset({f"file {self.destination}"})


class SaveLayer(NamedTuple):
    """Write a layer's tar to a file, as its diff ID says."""

    image: ListedImage
    layer: int
    """1 is the bottom."""
    path: str
    """A file, or a folder that is there."""
    overwrite: bool = False
    """Replace a file that is there."""
    source: str = ""
    """The `SourceName` to read from; empty for the nearest that costs nothing."""
    quiet: bool = False
    kind: str = "save_layer"

    @property
    def title(self) -> str:
        """`save layer 3 of nginx:1.27 to layer.tar`."""
        return _("save layer {layer} of {name} to {path}").format(
            layer=self.layer, name=visible(self.image.name), path=visible(self.path)
        )

    @property
    def docker(self) -> str:
        """None: the docker command saves whole images."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """The file."""
        return frozenset({f"file {self.path}"})


class DiffImages(NamedTuple):
    """Compare a file as two images have it."""

    sides: tuple[Side, Side]
    path: bytes
    old: tuple[int, bytes]
    """Layer of the first image (1 is the bottom), and the path of the content there."""
    new: tuple[int, bytes]
    read_only: bool = True
    """Whether nothing may be changed on the Engine, not even for a moment."""
    quiet: bool = True
    kind: str = "diff_images"

    @property
    def title(self) -> str:
        """`compare /etc/passwd of a:1 and a:2`."""
        a, b = (visible(side.name) for side in self.sides)
        path = visible("/" + self.path.decode(errors="replace"))
        return _("compare {path} of {a} and {b}").format(path=path, a=a, b=b)

    @property
    def docker(self) -> str:
        """None: the docker command compares no images."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """One comparison at a time."""
        return frozenset({"diff"})
