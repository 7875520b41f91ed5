"""Who may use the registry: names with hashed passwords, in a file as htpasswd writes it.

Bcrypt, which docker-registry wants too, is computed by the system's libcrypt. Where that cannot do
it (macOS), passwords are kept with Python's scrypt, in lines that only the built-in server knows.
"""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from tui.distribution.disk import write_whole
from tui.i18n import _

REALM: Final = "orlop registry"

PASSWORD_MAX: Final = 72
"""Bytes of a password: bcrypt heeds no more."""

_BCRYPT: Final = ("$2y$", "$2b$", "$2a$")
_SCRYPT: Final = "$orlop-scrypt$"
_COST: Final = 10
_BCRYPT_BASE64: Final = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_FILE_MAX: Final = 1 << 20
_KNOWN_MAX: Final = 1000
"""Logins that are remembered as right."""


class BadAccounts(Exception):
    """A file of accounts, a name or a password cannot be used; the text is a sentence."""


class Accounts:
    """Checks the logins of clients; may be asked from any thread.

    What was right once is remembered, as an HMAC under a key of this process: Engines send the
    password with every request, and bcrypt is slow on purpose.
    """

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = dict(hashes)
        self._nobody = hash_password(secrets.token_hex(16))
        self._key = secrets.token_bytes(32)
        self._known: set[bytes] = set()

    def allow(self, authorization: str) -> bool:
        """Tell whether an Authorization header is the login of somebody known here."""
        scheme, _space, encoded = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            login = base64.b64decode(encoded.strip(), validate=True)
        except ValueError:
            return False
        mark = hmac.digest(self._key, login, "sha256")
        if mark in self._known:
            return True
        name, _colon, password = login.decode("utf-8", "surrogateescape").partition(":")
        stored = self._hashes.get(name)
        # An unknown name takes as long as a wrong password.
        if not verify(stored or self._nobody, password) or stored is None:
            return False
        if len(self._known) < _KNOWN_MAX:
            self._known.add(mark)
        return True


def read_accounts(path: Path) -> dict[str, str]:
    """Return the names and hashes of a file as htpasswd writes it.

    Raises:
        BadAccounts: it cannot be read, or has a hash that cannot be checked here.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_FILE_MAX).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise BadAccounts(
            _("The file of accounts cannot be read: {why}").format(why=error)
        ) from error
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _colon, stored = line.strip().partition(":")
        if not name or not can_verify(stored):
            raise BadAccounts(
                _(
                    "Line {number} of {path} cannot be checked here: passwords have to be hashed "
                    "with bcrypt (htpasswd -B)."
                ).format(number=number, path=path)
            )
        found[name] = stored
    return found


def keep_account(path: Path, name: str, password: str) -> None:
    """Add somebody to a file of accounts, or give them another password.

    Raises:
        BadAccounts: the name or the password cannot be used, or the file.
        OSError: it cannot be written.
    """
    if not name or ":" in name or not name.isprintable():
        raise BadAccounts(_("A user name has letters and digits, and no colon."))
    count = len(password.encode("utf-8", "surrogateescape"))
    if not 0 < count <= PASSWORD_MAX or "\0" in password:
        raise BadAccounts(
            _("A password has 1 to {count} bytes, and no zero byte.").format(count=PASSWORD_MAX)
        )
    hashes = read_accounts(path) if path.exists() else {}
    hashes[name] = hash_password(password)
    text = "".join(f"{each}:{stored}\n" for each, stored in hashes.items())
    write_whole(path, text.encode("utf-8", "surrogateescape"))


def hash_password(password: str) -> str:
    """Return a password as it is kept."""
    salt = "".join(secrets.choice(_BCRYPT_BASE64) for _each in range(21)) + secrets.choice(".Oeu")
    hashed = _crypt(password, f"$2b${_COST:02}${salt}")
    if hashed:
        return hashed
    raw = secrets.token_bytes(16)
    return f"{_SCRYPT}{raw.hex()}${_scrypt(password, raw).hex()}"


def verify(stored: str, password: str) -> bool:
    """Tell whether a password is the one that is kept so."""
    if stored.startswith(_SCRYPT):
        salt, _dollar, expected = stored.removeprefix(_SCRYPT).partition("$")
        with suppress(ValueError):
            return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), expected)
        return False
    hashed = _crypt(password, stored) if stored.startswith(_BCRYPT) else ""
    return bool(hashed) and hmac.compare_digest(hashed.encode(), stored.encode())


def can_verify(stored: str) -> bool:
    """Tell whether passwords can be compared with a hash here."""
    return stored.startswith(_SCRYPT) or (stored.startswith(_BCRYPT) and has_bcrypt())


def is_for_all(stored: str) -> bool:
    """Tell whether docker-registry understands a hash too."""
    return stored.startswith(_BCRYPT)


@cache
def has_bcrypt() -> bool:
    """Tell whether this system computes bcrypt: one known answer is enough."""
    known = "$2b$04$abcdefghijklmnopqrstuu"
    return _crypt("orlop", known).startswith(known)


def _scrypt(password: str, salt: bytes) -> bytes:
    data = password.encode("utf-8", "surrogateescape")
    return hashlib.scrypt(data, salt=salt, n=1 << 14, r=8, p=1, dklen=32)


_crypting: Final = threading.Lock()
"""crypt() answers in a place of its own, one caller at a time."""


def _crypt(password: str, setting: str) -> str:
    """Return what crypt(3) makes of a password; empty where it cannot."""
    library = _library()
    data = password.encode("utf-8", "surrogateescape")
    if library is None or b"\0" in data or not setting.isascii():
        return ""
    with _crypting:
        answer = library.crypt(data, setting.encode())
    hashed = answer.decode("ascii", "replace") if answer else ""
    return hashed if hashed.startswith(setting[:4]) else ""  # `*0` is a refusal


@cache
def _library() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("crypt") or "libcrypt.so.1"
    try:
        library = ctypes.CDLL(name)
        library.crypt.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
        library.crypt.restype = ctypes.c_char_p
    except (OSError, AttributeError):
        return None
    return library
