"""What can go wrong when a layer is read: one family of errors, each a sentence and a remedy.

LayerError
├── BadTar           a tar that cannot be read, or goes beyond the limits
├── BadCompression   compressed data that cannot be read
│   └── NoZstd       this machine has no zstd
├── BadSource        an archive or folder that holds no image, or is not there
├── NoPlatform       an image that is for other platforms
└── NotReadable      a file that the user may not read
"""

from __future__ import annotations

from typing import ClassVar

from tui.i18n import N_, _
from tui.model.text import visible


class LayerError(Exception):
    """Anything that keeps a layer from being listed.

    `detail` says where or what, made harmless. `title` and `remedy` are sentences in the language
    that is set when they are read.
    """

    TITLE: ClassVar[str] = N_("The layer cannot be read.")
    REMEDY: ClassVar[str] = ""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = visible(detail.strip())

    @property
    def title(self) -> str:
        """What happened: one sentence."""
        return _(self.TITLE)

    @property
    def remedy(self) -> str:
        """What to do about it; may be empty."""
        return _(self.REMEDY) if self.REMEDY else ""

    def __str__(self) -> str:
        return f"{self.title} {self.detail}".rstrip()


class BadTar(LayerError):
    """A tar that cannot be read, or goes beyond the limits."""

    TITLE = N_("This is no tar that can be read.")


class BadCompression(LayerError):
    """Compressed data that cannot be read."""

    TITLE = N_("The compressed data is damaged.")


class NoZstd(BadCompression):
    """There is no zstd on this machine."""

    TITLE = N_("It is compressed by zstd, which this machine does not have.")
    REMEDY = N_(
        "Install the program zstd, or backports.zstd beside orlop, or run it by Python 3.14, "
        "or save the image with gzip (skopeo copy --dest-compress-format gzip)."
    )


class BadSource(LayerError):
    """An archive or folder that holds no image, or is not there."""

    TITLE = N_("There is no image to read here.")
    REMEDY = N_("Write docker-archive:FILE, oci-archive:FILE or oci:DIR.")


class NoPlatform(LayerError):
    """An image that is for other platforms; `detail` names those."""

    TITLE = N_("The image is not there for this platform, but for:")
    REMEDY = N_("Choose another --platform.")


class NotReadable(LayerError):
    """A file that the user may not read."""

    TITLE = N_("The file cannot be read.")
    REMEDY = N_("Look at its owner and mode.")
