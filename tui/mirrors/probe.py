"""Asking a mirror what the Engine would ask it: /v2/, a token, a manifest, a part of a layer.

Each step has a limit of time, and what is read has one of bytes. A GET of a manifest may count
as a pull where the mirror counts; nothing is asked of Docker Hub itself.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from tui.layers.errors import BadSource
from tui.layers.manifests import digest_of, foreignness, json_of, list_of, object_of
from tui.mirrors.addresses import normal
from tui.mirrors.verdicts import Asked, is_html, verdict_of_answer, verdict_of_error
from tui.model.mirrors import MirrorProbe, Verdict
from tui.model.reference import ImageReference
from tui.model.text import visible
from tui.registry.client import INDEXES, MANIFEST_MAX, MANIFESTS, check_digest, hasher_for
from tui.registry.connection import Answer, Connections
from tui.registry.errors import LoginRefused, RegistryError, WrongDigest
from tui.registry.tokens import authorization, challenge_of

SECONDS: Final = 5.0
"""Time for a connection, and without a byte."""

BLOB_SECONDS: Final = 3.0
"""Time for reading of a layer."""

BLOB_LONGEST: Final = 8_000_000
"""Bytes of a layer that are read."""

TELLING: Final = 65_536
"""Bytes below which a layer tells nothing of speed."""

WORDS: Final = 4096
"""Bytes of a refusal that are read."""

_CHUNK: Final = 1 << 16
_DEPTH: Final = 4
_ACCEPT: Final = {"Accept": ", ".join((*INDEXES, *MANIFESTS))}


class Probe:
    """One mirror asked for one image; `hang_up` ends it from another thread."""

    def __init__(
        self,
        mirror: str,
        reference: ImageReference,
        *,
        certificates: str = "",
        insecure: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        """Prepare; asks nothing.

        Args:
            mirror: Its address.
            reference: An image of Docker Hub.
            certificates: The Engine's folder certs.d.
            insecure: Whether the Engine does not check who it is.
            seconds: Limit for a connection, and without a byte.
        """
        self.mirror = normal(mirror)
        parts = urlsplit(self.mirror)
        self._base = f"{self.mirror}v2/"
        self._path = reference.path
        self._which = reference.digest or reference.tag_or_default
        self._image = str(reference)
        self._secure = parts.scheme == "https"
        self._connections = Connections(
            parts.netloc,
            certificates=Path(certificates or "/nonexistent"),
            verify=not insecure,
            connect=seconds,
            silent=seconds,
        )
        self._headers: dict[str, str] = {}
        self._steps: list[tuple[str, str]] = []

    def hang_up(self) -> None:
        """End it at once."""
        self._connections.hang_up()

    def run(self) -> MirrorProbe:
        """Ask, and tell what came of it; whatever goes wrong is a verdict."""
        at = time.time()
        try:
            self._greet()
            first_byte, size, seconds = self._read_layer()
        except Asked as asked:
            return self._told(asked.verdict, asked.detail, at)
        except WrongDigest as error:
            return self._told(Verdict.DAMAGED, error.detail, at)
        except LoginRefused as error:
            return self._told(Verdict.LOGIN, error.detail, at)
        except RegistryError as error:
            return self._told(verdict_of_error(error), error.detail, at)
        except BadSource as error:
            return self._told(Verdict.NOT_A_REGISTRY, error.detail, at)
        rate = size / seconds if size >= TELLING and seconds > 0 else 0.0
        return MirrorProbe(
            self.mirror,
            self._image,
            Verdict.FINE,
            at=at,
            first_byte=first_byte,
            size=size,
            rate=rate,
            steps=tuple(self._steps),
        )

    def _told(self, verdict: Verdict, detail: str, at: float) -> MirrorProbe:
        steps = tuple(self._steps)
        return MirrorProbe(self.mirror, self._image, verdict, visible(detail), at, steps=steps)

    def _greet(self) -> None:
        """Ask `/v2/`: whether a registry is there at all."""
        with self._ask("") as answer:
            if answer.status == HTTPStatus.UNAUTHORIZED and not is_html(answer):
                self._log_in(answer)
                return
            told = answer.header("Docker-Distribution-Api-Version").startswith("registry/2")
            is_json = "json" in answer.header("Content-Type")
            if answer.status == HTTPStatus.OK and (told or is_json):
                return
            raise verdict_of_answer(answer, answer.read(WORDS), is_greeting=True)

    def _log_in(self, answer: Answer) -> None:
        """Get the token that is asked for, as nobody."""
        challenge = challenge_of(answer.headers("WWW-Authenticate"))
        if challenge is None:
            raise Asked(Verdict.NOT_A_REGISTRY, str(answer.status))
        wanted = challenge._replace(scope=f"repository:{self._path}:pull")
        token = authorization(self._connections, wanted, None, self._path, secure=self._secure)
        self._headers = {"Authorization": token}
        self._steps.append((f"token {challenge.realm}", "200"))

    def _read_layer(self) -> tuple[float, int, float]:
        """Read of the largest layer; returns seconds to its first byte, bytes, seconds after it."""
        self._manifest_head()
        told = self._manifest(self._which)
        for _hop in range(_DEPTH):
            if "manifests" not in told:
                break
            every = [object_of(one) for one in list_of(told["manifests"])]
            if not every:
                raise Asked(Verdict.NO_IMAGE, self._image)
            told = self._manifest(digest_of(min(every, key=foreignness)))
        layers = [object_of(one) for one in list_of(told.get("layers"))]
        largest = max([*layers, object_of(told.get("config"))], key=_size)
        return self._blob(digest_of(largest), _size(largest))

    def _manifest_head(self) -> None:
        """Ask for the manifest without reading it: on Docker Hub that counts as no pull."""
        path = f"{self._path}/manifests/{self._which}"
        with self._let_in(path, _ACCEPT, "HEAD") as answer:
            if answer.status in (HTTPStatus.OK, HTTPStatus.METHOD_NOT_ALLOWED):
                return
        with self._let_in(path, _ACCEPT) as answer:  # for its words: a HEAD has none
            if answer.status != HTTPStatus.OK:
                raise verdict_of_answer(answer, answer.read(WORDS))

    def _manifest(self, which: str) -> dict[str, Any]:
        with self._let_in(f"{self._path}/manifests/{which}", _ACCEPT) as answer:
            if answer.status != HTTPStatus.OK or is_html(answer):
                raise verdict_of_answer(answer, answer.read(WORDS))
            data = answer.document(MANIFEST_MAX)
        digest = which if ":" in which else answer.header("Docker-Content-Digest")
        if digest:
            check_digest(data, digest)
        return object_of(json_of(data, which))

    def _blob(self, digest: str, size: int) -> tuple[float, int, float]:
        hasher = hasher_for(digest)
        began = time.monotonic()
        with self._let_in(f"{self._path}/blobs/{digest}", {}) as answer:
            if answer.status != HTTPStatus.OK or is_html(answer):
                raise verdict_of_answer(answer, answer.read(WORDS))
            data = answer.read(1)
            first = time.monotonic()
            read = 0
            while data:
                hasher.update(data)
                read += len(data)
                if read >= BLOB_LONGEST or time.monotonic() - first > BLOB_SECONDS:
                    break
                data = answer.read(_CHUNK)
        seconds = time.monotonic() - first
        is_whole = read >= size or not data
        if is_whole and hasher.hexdigest() != digest.partition(":")[2].lower():
            raise WrongDigest(digest)
        self._steps.append((f"{read} B", f"{seconds:.3f} s"))
        return first - began, read, seconds

    def _let_in(self, path: str, headers: Mapping[str, str], method: str | None = None) -> Answer:
        """Ask; and log in, if only this is for those who did."""
        answer = self._ask(path, headers, method)
        if answer.status != HTTPStatus.UNAUTHORIZED or self._headers:
            return answer
        with answer:
            self._log_in(answer)
        return self._ask(path, headers, method)

    def _ask(
        self, path: str, headers: Mapping[str, str] | None = None, method: str | None = None
    ) -> Answer:
        asked = f"{method or 'GET'} /v2/{path}"
        try:
            answer = self._connections.ask(
                self._base + path, {**(headers or {}), **self._headers}, method=method
            )
        except RegistryError as error:
            self._steps.append((asked, error.detail))
            raise
        elsewhere = urlsplit(answer.url).netloc
        at = f" ({elsewhere})" if elsewhere != urlsplit(self._base).netloc else ""
        self._steps.append((asked, f"{answer.status}{at}"))
        return answer


def _size(descriptor: Mapping[str, Any]) -> int:
    size = descriptor.get("size")
    return size if isinstance(size, int) else 0
