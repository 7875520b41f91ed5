"""What is done with the files of images: compared, and written to the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.i18n import _
from tui.model.text import visible

if TYPE_CHECKING:
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
