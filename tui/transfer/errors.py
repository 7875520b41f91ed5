"""What can go wrong while images are moved: one family of errors.

TransferError
├── BadTarget         a file cannot be written there
│   ├── FileExists    there is one already
│   ├── NoRoom        there is not enough room, said before anything is written
│   ├── DiskFull      the room ran out while it was written
│   ├── QuotaUsedUp   the user's share of it ran out
│   ├── IsTerminal    an archive is not written to a terminal
│   └── ReaderGone    nobody reads the standard output any more
├── NotATar           a file that shall be imported is no tar
├── IsAnImage         it is one, but of an image: docker load takes that
├── CannotRead        a file that cannot be read
├── CutOff            an archive that ended in the middle
├── NoPacker          the file cannot be compressed so on this machine
├── NoFile            there is no such file to read
├── InputIsTerminal   an archive is not read from a terminal
└── BadArchive        an archive that is not what it should be
    └── NoImages      a tar without images
"""

from __future__ import annotations

from tui.i18n import N_
from tui.layers.errors import LayerError


class TransferError(LayerError):
    """Anything that keeps an image from being moved."""

    TITLE = N_("The image cannot be moved.")


class BadTarget(TransferError):
    """A file cannot be written there."""

    TITLE = N_("The file cannot be written.")
    REMEDY = N_("Choose another place.")


class FileExists(BadTarget):
    """There is one already."""

    TITLE = N_("There is a file of this name already.")
    REMEDY = N_("Choose another name, or say that it may be replaced (--overwrite).")


class NoRoom(BadTarget):
    """There is not enough room, said before anything is written."""

    TITLE = N_("There is not enough room for the file.")
    REMEDY = N_("Make room, choose another place, or compress it (.tar.gz, .tar.zst).")


class DiskFull(BadTarget):
    """The room ran out while it was written."""

    TITLE = N_("The disk is full.")
    REMEDY = N_("Make room, or choose another place; the unfinished file is gone.")


class QuotaUsedUp(BadTarget):
    """The user's share of the disk ran out while it was written."""

    TITLE = N_("Your quota on this disk is used up.")
    REMEDY = N_("Remove files of yours, or choose another place; the unfinished file is gone.")


class IsTerminal(BadTarget):
    """An archive is not written to a terminal."""

    TITLE = N_("An archive is not written to a terminal.")
    REMEDY = N_("Name a file with -o FILE, or redirect the standard output.")


class ReaderGone(BadTarget):
    """Nobody reads the standard output any more."""

    TITLE = N_("Nobody reads the archive any more.")
    REMEDY = N_("The program behind the pipe has ended: see what it says.")


class NotATar(TransferError):
    """A file that shall be imported is no tar."""

    TITLE = N_("This is no tar of files.")
    REMEDY = N_("Import takes what docker export writes, plain or compressed.")


class IsAnImage(TransferError):
    """A tar that holds an image and not a file system."""

    TITLE = N_("This archive holds an image with its layers, not a file system.")
    REMEDY = N_("Load it: key L at the images, orlop load -i FILE, or docker load -i FILE.")


class CannotRead(TransferError):
    """A file that cannot be read."""

    TITLE = N_("The file cannot be read.")
    REMEDY = N_("Check its name, and whether you may read it.")


class CutOff(TransferError):
    """An archive that ended in the middle."""

    TITLE = N_("The archive ended in the middle.")
    REMEDY = N_("It is not whole: get it again. If an Engine sent it, see whether that still runs.")


class NoPacker(TransferError):
    """The file cannot be compressed so on this machine."""

    TITLE = N_("There is no zstd on this machine.")
    REMEDY = N_(
        "Install the program zstd, or backports.zstd beside orlop, or run it by Python 3.14;"
        " or write .tar.gz instead."
    )


class NoFile(TransferError):
    """There is no such file to read."""

    TITLE = N_("There is no such file.")
    REMEDY = N_("See whether the path is right.")


class NoPlainFile(NoFile):
    """It is a folder, a pipe or a device, which cannot be looked through before it is read."""

    TITLE = N_("This is no plain file.")
    REMEDY = N_("Name an archive; one that comes through a pipe is read from standard input.")


class InputIsTerminal(TransferError):
    """An archive is not read from a terminal."""

    TITLE = N_("An archive is not read from a terminal.")
    REMEDY = N_("Name a file with -i FILE, or give it to the standard input.")


class BadArchive(TransferError):
    """An archive that is not what it should be."""

    TITLE = N_("The archive is damaged, or holds no image.")
    REMEDY = N_("Make or fetch it again.")


class NoImages(BadArchive):
    """A tar without images: of a container's file system, perhaps."""

    TITLE = N_("There is no image in this archive.")
    REMEDY = N_("If docker export made it, it is the file system of a container: import it.")
