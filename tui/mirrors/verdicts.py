"""What a mirror's answer, or its silence, means."""

from __future__ import annotations

import json
import re
import socket
import ssl
from http import HTTPStatus
from typing import Final
from urllib.error import URLError

from tui.i18n import N_, _
from tui.model.mirrors import Verdict
from tui.registry.connection import Answer
from tui.registry.errors import NotARegistry, PullsUsedUp, RegistryError
from tui.registry.tokens import said

SENTENCES: Final = {
    Verdict.FINE: N_("works"),
    Verdict.NO_IMAGE: N_("has not this image"),
    Verdict.LOGIN: N_("asks for a login, which the Engine does not send to mirrors"),
    Verdict.NOT_ALLOWED: N_("serves only the images of its list, and this is not on it"),
    Verdict.DENIED: N_("refuses (403)"),
    Verdict.TOO_MANY: N_("its limit of requests is reached (429)"),
    Verdict.PAGE: N_("a page for people, no registry: a landing page, or a network's login"),
    Verdict.NOT_A_REGISTRY: N_("no registry answers there"),
    Verdict.BROKEN: N_("is out of order"),
    Verdict.DAMAGED: N_("sends something else than its digest says: do not use it"),
    Verdict.NO_NAME: N_("DNS does not know its name"),
    Verdict.REFUSED: N_("nothing listens there"),
    Verdict.HANGS: N_("does not answer in time; the Engine would wait 15 s and more"),
    Verdict.UNREACHABLE: N_("there is no way to it"),
    Verdict.TLS_EXPIRED: N_("its certificate has expired, or this clock is wrong"),
    Verdict.TLS_NAME: N_("its certificate is for another name"),
    Verdict.TLS_UNKNOWN: N_("its certificate is of an authority that nobody knows here"),
    Verdict.TLS_PLAIN: N_("it speaks plain HTTP: write http://"),
    Verdict.TLS: N_("there is no secure connection"),
    Verdict.BAD_ADDRESS: N_("this is no address of a mirror"),
}
"""What each verdict is, after the mirror's name."""

LIMITS: Final = (
    N_("Mirrors serve pulls of Docker Hub: no search, login, push, other registries."),
    N_("Nobody tells which one an image came from. A mirror sees what you pull, and"),
    N_("could send another image under a tag: names with a digest cannot be altered."),
)
"""What mirrors do not do."""

_LISTED: Final = re.compile(r"allow.?list|white.?list|白名单", re.I)
_EXPIRED: Final = frozenset({9, 10})  # X509_V_ERR_CERT_NOT_YET_VALID, ..._HAS_EXPIRED
_OTHER_NAME: Final = frozenset({62, 63, 64})  # X509_V_ERR_HOSTNAME_MISMATCH and the like
_PLAIN: Final = re.compile(r"WRONG_VERSION_NUMBER|RECORD_LAYER|HTTP_REQUEST", re.I)
_DEPTH: Final = 8
"""Errors behind errors."""


class Asked(Exception):
    """The asking has come to its end: with this verdict."""

    def __init__(self, verdict: Verdict, detail: str = "") -> None:
        super().__init__(verdict)
        self.verdict = verdict
        self.detail = detail


def sentence(verdict: Verdict, detail: str = "") -> str:
    """Return a verdict in words, with those of the mirror."""
    text = _(SENTENCES[verdict])
    return f"{text}: {detail}" if detail else text


def is_html(answer: Answer) -> bool:
    """Tell whether an answer is a page for people."""
    return answer.header("Content-Type").partition(";")[0].strip().lower() == "text/html"


def verdict_of_answer(answer: Answer, body: bytes, *, is_greeting: bool = False) -> Asked:
    """Return what an answer that is no success means.

    Args:
        answer: The answer.
        body: As much of it as was read.
        is_greeting: Whether `/v2/` was asked for, which every registry has.
    """
    status = answer.status
    text = said(body) or _plain_words(answer, body)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Asked(Verdict.TOO_MANY, text)
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED) and _LISTED.search(text):
        return Asked(Verdict.NOT_ALLOWED, text)
    if is_html(answer):
        return Asked(Verdict.PAGE, str(status))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Asked(Verdict.BROKEN, f"{status} {text}".rstrip())
    if status == HTTPStatus.UNAUTHORIZED:
        return Asked(Verdict.LOGIN, text)
    if status == HTTPStatus.FORBIDDEN:
        return Asked(Verdict.DENIED, text)
    if status == HTTPStatus.NOT_FOUND and not is_greeting:
        return Asked(Verdict.NO_IMAGE, text)
    return Asked(Verdict.NOT_A_REGISTRY, str(status))


def verdict_of_error(error: RegistryError) -> Verdict:
    """Return what it means that there was no answer."""
    if isinstance(error, PullsUsedUp):
        return Verdict.TOO_MANY
    if isinstance(error, NotARegistry):
        return Verdict.NOT_A_REGISTRY
    cause: BaseException | None = error
    for _hop in range(_DEPTH):
        reason = cause.reason if isinstance(cause, URLError) else cause
        if isinstance(reason, ssl.SSLError):
            return _of_tls(reason)
        kinds: tuple[tuple[type[BaseException], Verdict], ...] = (
            (socket.gaierror, Verdict.NO_NAME),
            (ConnectionRefusedError, Verdict.REFUSED),
            (TimeoutError, Verdict.HANGS),
        )
        for kind, verdict in kinds:
            if isinstance(reason, kind):
                return verdict
        if cause is None or cause.__cause__ is None:
            break
        cause = cause.__cause__
    return Verdict.UNREACHABLE


def _of_tls(error: ssl.SSLError) -> Verdict:
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _EXPIRED:
            return Verdict.TLS_EXPIRED
        return Verdict.TLS_NAME if error.verify_code in _OTHER_NAME else Verdict.TLS_UNKNOWN
    return Verdict.TLS_PLAIN if _PLAIN.search(str(error)) else Verdict.TLS


def _plain_words(answer: Answer, body: bytes) -> str:
    """Return a body that is text, in one line; pages and what is no text say nothing."""
    if is_html(answer):
        return ""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        text = " ".join(body[:200].decode("utf-8", "replace").split())
        return text if text.isprintable() else ""
    return ""
