"""The files of the practice images: small stand-ins for those of real distributions.

Programs and libraries are noise and empty space in about the proportion in which real ones can be
packed; what people read (os-release, passwd, nginx.conf, ...) is readable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from tui.practice.registry import HERE, Platform
from tui.practice.tree import Kind, Node, Tree

_NOISE: Final = 3072
"""Bytes of noise in a program before the next empty space."""

_SPACE: Final = 5120
"""Bytes of empty space after them."""

_MULTIARCH: Final = {
    "amd64": "x86_64-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "arm": "arm-linux-gnueabihf",
    "s390x": "s390x-linux-gnu",
    "386": "i386-linux-gnu",
}

COMMANDS: Final = tuple(
    "cat chmod chown cp date df dir echo env false grep head hostname id kill ln ls mkdir mv ps "  # noqa: SIM905
    "pwd rm rmdir sed sh sleep sort stat tail tar touch true uname wc whoami".split()
)
"""What every image with a shell has in its `bin`."""


class Shelf:
    """Collects files of one layer; all bear the same time."""

    def __init__(self, made: int, platform: Platform = HERE) -> None:
        """Begin empty.

        Args:
            made: The time of each file, in seconds of the epoch.
            platform: What the programs are for: another one has other bytes.
        """
        self.tree = Tree()
        self.made = made
        self.platform = platform

    def text(self, path: str, content: str, mode: int = 0o644) -> None:
        """Add a file that can be read."""
        self.tree.put(path, Node(Kind.FILE, mode, mtime=self.made, content=content.encode()))

    def program(self, path: str, size: int, mode: int = 0o755) -> None:
        """Add a program or library of so many bytes."""
        content = noise(f"{self.platform}/{path}/{self.made}", size)
        self.tree.put(path, Node(Kind.FILE, mode, mtime=self.made, content=content))

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self.tree.put(path, Node(Kind.SYMLINK, 0o777, mtime=self.made, target=target))

    def folder(self, path: str, mode: int = 0o755, uid: int = 0) -> None:
        """Add a folder."""
        self.tree.put(path, Node(Kind.DIRECTORY, mode, uid, uid, mtime=self.made))

    def remove(self, path: str) -> None:
        """Remove what a lower layer has at a path: a whiteout."""
        folder, slash, name = path.rpartition("/")
        self.tree.put(f"{folder}{slash}.wh.{name}", Node(mode=0, mtime=self.made))

    @property
    def libraries(self) -> str:
        """The folder of Debian's libraries for the platform."""
        return f"usr/lib/{_MULTIARCH.get(self.platform.architecture, 'linux-gnu')}"


def noise(seed: str, size: int) -> bytes:
    """Return bytes as a program has them: the same for the same seed, on every machine."""
    pieces = -(-size // (_NOISE + _SPACE))
    stream = hashlib.shake_128(seed.encode()).digest(pieces * _NOISE)
    space = bytes(_SPACE)
    parts = (stream[at : at + _NOISE] + space for at in range(0, len(stream), _NOISE))
    return (b"\x7fELF\x02\x01\x01\0" + b"".join(parts))[:size]


def mark(name: str, made: int) -> str:
    """Return what the classic builder writes for the files of an `ADD`."""
    return hashlib.sha256(f"{name}/{made}".encode()).hexdigest()


def _accounts(shelf: Shelf, *more: str, shell: str = "/bin/sh") -> None:
    """Write `passwd`, `group` and `shadow`; `more` are names with an ID: `www-data:33`."""
    passwd = [f"root:x:0:0:root:/root:{shell}", "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin"]
    group, shadow = ["root:x:0:", "daemon:x:1:"], ["root:*:19700:0:99999:7:::"]
    for account in (*more, "nobody:65534"):
        name, _colon, number = account.partition(":")
        passwd.append(f"{name}:x:{number}:{number}:{name}:/nonexistent:/usr/sbin/nologin")
        group.append(f"{name}:x:{number}:")
        shadow.append(f"{name}:*:19700:0:99999:7:::")
    shelf.text("etc/passwd", "\n".join(passwd) + "\n")
    shelf.text("etc/group", "\n".join(group) + "\n")
    shelf.text("etc/shadow", "\n".join(shadow) + "\n", 0o640)


def _skeleton(shelf: Shelf, hostname: str) -> None:
    for path in ("dev", "home", "media", "mnt", "opt", "run", "srv", "sys", "var/log", "var/cache"):
        shelf.folder(path)
    shelf.folder("proc", 0o555)
    shelf.folder("root", 0o700)
    shelf.folder("tmp", 0o1777)
    shelf.folder("var/tmp", 0o1777)
    shelf.text("etc/hostname", f"{hostname}\n")
    shelf.text("etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n")
    shelf.text("etc/shells", "/bin/sh\n")


def _release(shelf: Shelf, **told: str) -> None:
    lines = [
        f'{name}="{value}"' if " " in value else f"{name}={value}" for name, value in told.items()
    ]
    shelf.text("usr/lib/os-release", "\n".join(lines) + "\n")
    shelf.link("etc/os-release", "../usr/lib/os-release")


def debian(
    made: int, version: str, codename: str, platform: Platform, *, slim: bool = False
) -> Tree:
    """Return a Debian or, with a version like 24.04, an Ubuntu."""
    shelf = Shelf(made, platform)
    is_ubuntu = "." in version
    name = "Ubuntu" if is_ubuntu else "Debian GNU/Linux"
    for folder in ("bin", "lib", "lib64", "sbin"):
        shelf.folder(f"usr/{folder}")
        shelf.link(folder, f"usr/{folder}")
    _skeleton(shelf, "localhost")
    _release(
        shelf,
        PRETTY_NAME=f"{name} {version} ({codename})",
        NAME=name,
        VERSION_ID=version,
        VERSION=f"{version} ({codename})",
        VERSION_CODENAME=codename,
        ID=name.lower().partition(" ")[0],
    )
    if not is_ubuntu:
        shelf.text("etc/debian_version", f"{version}.11\n")
    _accounts(shelf, "sys:3", "man:6", "mail:8", "www-data:33", "_apt:42", shell="/bin/bash")
    shelf.text("etc/apt/sources.list", f"deb http://deb.debian.org/debian {codename} main\n")
    shelf.text("var/lib/dpkg/status", _packages("base-files", "bash", "coreutils", "dpkg", "libc6"))
    shelf.program("usr/bin/bash", 240_000)
    for command in COMMANDS:
        shelf.program(f"usr/bin/{command}", 9_000 + 700 * len(command))
    for command, size in (
        ("apt", 18_000),
        ("apt-get", 52_000),
        ("dpkg", 150_000),
        ("perl", 220_000),
    ):
        shelf.program(f"usr/bin/{command}", size)
    shelf.program("usr/sbin/ldconfig", 60_000)
    for library, size in (
        ("libc.so.6", 620_000),
        ("libm.so.6", 160_000),
        ("libapt-pkg.so.6.0", 210_000),
    ):
        shelf.program(f"{shelf.libraries}/{library}", size, 0o644)
    if not slim:
        shelf.text(
            "usr/share/doc/README", f"What {name} {version} tells about its packages.\n" * 400
        )
        shelf.program("usr/share/zoneinfo/tzdata.zi", 110_000, 0o644)
    return shelf.tree


def _packages(*names: str) -> str:
    return "".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: 1\n\n" for name in names
    )


def alpine(made: int, version: str, platform: Platform) -> Tree:
    """Return an Alpine Linux: busybox and musl."""
    shelf = Shelf(made, platform)
    _skeleton(shelf, "localhost")
    _release(
        shelf,
        NAME="Alpine Linux",
        ID="alpine",
        VERSION_ID=version,
        PRETTY_NAME=f"Alpine Linux v{version.rpartition('.')[0]}",
        HOME_URL="https://alpinelinux.org/",
    )
    shelf.text("etc/alpine-release", f"{version}\n")
    _accounts(shelf, "bin:1", "mail:8", "www-data:82")
    branch = version.rpartition(".")[0]
    shelf.text("etc/apk/repositories", f"https://dl-cdn.alpinelinux.org/alpine/v{branch}/main\n")
    shelf.text("etc/apk/world", "alpine-baselayout\nalpine-keys\napk-tools\nbusybox\nmusl-utils\n")
    shelf.program("bin/busybox", 290_000)
    for command in COMMANDS:
        shelf.link(f"bin/{command}", "/bin/busybox")
    shelf.program("sbin/apk", 70_000)
    shelf.program(f"lib/ld-musl-{platform.architecture}.so.1", 180_000)
    shelf.program("usr/lib/libcrypto.so.3", 260_000, 0o644)
    return shelf.tree


def busybox(made: int, platform: Platform) -> Tree:
    """Return the smallest thing with a shell."""
    shelf = Shelf(made, platform)
    for path in ("dev", "home", "usr/sbin", "var/spool/mail", "var/www"):
        shelf.folder(path)
    shelf.folder("root", 0o700)
    shelf.folder("tmp", 0o1777)
    _accounts(shelf, "www-data:33")
    shelf.program("bin/busybox", 420_000)
    for command in COMMANDS:
        shelf.link(f"bin/{command}", "busybox")
    return shelf.tree


def centos(made: int, version: str, platform: Platform) -> Tree:
    """Return a CentOS, all of it in one layer."""
    shelf = Shelf(made, platform)
    for folder in ("bin", "lib", "lib64", "sbin"):
        shelf.folder(f"usr/{folder}")
        shelf.link(folder, f"usr/{folder}")
    _skeleton(shelf, "localhost.localdomain")
    _release(
        shelf,
        NAME="CentOS Linux",
        VERSION=version,
        ID="centos",
        VERSION_ID=version,
        PRETTY_NAME=f"CentOS Linux {version}",
        CENTOS_MANTISBT_PROJECT=f"CentOS-{version}",
    )
    shelf.text("etc/centos-release", f"CentOS Linux release {version}\n")
    shelf.link("etc/redhat-release", "centos-release")
    _accounts(shelf, "bin:2", "adm:3", "mail:8", "dbus:81", shell="/bin/bash")
    shelf.text("etc/yum.conf", "[main]\ngpgcheck=1\ninstallonly_limit=3\nbest=True\n")
    shelf.text(
        "etc/yum.repos.d/CentOS-Base.repo", f"[base]\nname=CentOS-{version} - Base\nenabled=1\n"
    )
    shelf.program("usr/bin/bash", 320_000)
    for command in COMMANDS:
        shelf.program(f"usr/bin/{command}", 11_000 + 800 * len(command))
    for program, size in (
        ("usr/bin/rpm", 90_000),
        ("usr/bin/dnf", 140_000),
        ("usr/bin/vi", 360_000),
    ):
        shelf.program(program, size)
    shelf.link("usr/bin/yum", "dnf")
    for library, size in (
        ("libc.so.6", 900_000),
        ("libpython3.6m.so.1.0", 780_000),
        ("librpm.so.8", 420_000),
    ):
        shelf.program(f"usr/lib64/{library}", size, 0o644)
    shelf.program("var/lib/rpm/Packages", 640_000, 0o644)
    shelf.text("anaconda-post.log", "The image was put together without a screen.\n", 0o600)
    return shelf.tree


def files(
    made: int,
    platform: Platform = HERE,
    *,
    programs: Mapping[str, int] | None = None,
    texts: Mapping[str, str] | None = None,
    scripts: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    folders: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
) -> Tree:
    """Return the files of one step of an application.

    Args:
        made: Their time, in seconds of the epoch.
        platform: What the programs are for.
        programs: Path → bytes.
        texts: Path → what can be read there.
        scripts: Path → the same, for something that is run.
        links: Path → where it points.
        folders: Paths of empty folders.
        removed: Paths that lower layers have and this one hides.
    """
    shelf = Shelf(made, platform)
    for path in folders:
        shelf.folder(path)
    for path, size in (programs or {}).items():
        shelf.program(path, size)
    for path, content in (texts or {}).items():
        shelf.text(path, content)
    for path, content in (scripts or {}).items():
        shelf.text(path, content, 0o755)
    for path, target in (links or {}).items():
        shelf.link(path, target)
    for path in removed:
        shelf.remove(path)
    return shelf.tree
