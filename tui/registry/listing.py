"""The names that a registry tells: tags of a repository, repositories of a registry, page by page.

Source: the OCI distribution specification ("Listing Tags") and distribution's `_catalog`.
Registries differ: some ignore `n`, some do not sort, and some say `null` where no tag is left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from tui.i18n import _
from tui.model.reference import InvalidReference, parse_reference
from tui.registry.client import RegistryClient
from tui.registry.connection import Answer
from tui.registry.errors import (
    BadManifest,
    LoginRefused,
    NotARegistry,
    NotListed,
    NotThere,
    RegistryRefused,
)

PAGE: Final = 1000
"""Names that are asked for at once; registries refuse more."""

NAMES_MAX: Final = 100_000
"""Names that are read at most."""

PAGE_BYTES: Final = 4 << 20
"""Bytes of one page."""

_NEXT: Final = re.compile(r"<([^<>]*)>\s*;[^,]*\brel=\"?next\"?", re.I)
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")


def tag_pages(client: RegistryClient) -> Iterator[tuple[str, ...]]:
    """Yield the tags of the client's repository, page by page, at most NAMES_MAX.

    Names that are no tags are left out.

    Raises:
        RegistryError: there is no such repository, or the registry does not tell.
    """
    start = f"{client.reference.path}/tags/list?n={PAGE}"
    for page in _pages(client, start, "tags"):
        yield tuple(name for name in page if _TAG.match(name))


def repository_pages(client: RegistryClient) -> Iterator[tuple[str, ...]]:
    """Yield the repositories of a registry, page by page, at most NAMES_MAX.

    Raises:
        NotListed: the registry does not tell them, or not to this user.
        RegistryError: it cannot be asked.
    """
    try:
        for page in _pages(client, f"_catalog?n={PAGE}", "repositories"):
            yield tuple(name for name in page if _is_path(client.reference.domain, name))
    except NotARegistry:
        raise
    except (LoginRefused, NotThere, RegistryRefused, BadManifest) as error:
        raise NotListed(error.detail) from error


def _is_path(domain: str, name: str) -> bool:
    try:
        return parse_reference(f"{domain}/{name}").path == name
    except InvalidReference:
        return False


def _pages(client: RegistryClient, path: str, field: str) -> Iterator[list[str]]:
    """Follow the pages from one to the next; none twice."""
    asked: set[str] = set()
    count = 0
    while path and path not in asked and count < NAMES_MAX:
        asked.add(path)
        with client.ask(path, {"Accept": "application/json"}) as answer:
            names = _names(answer, field)[: NAMES_MAX - count]
            path = _next(answer)
        count += len(names)
        yield names


def _names(answer: Answer, field: str) -> list[str]:
    if "html" in answer.header("Content-Type"):
        raise NotARegistry(_("it sends a page for people"))
    try:
        told: Any = json.loads(answer.document(PAGE_BYTES))
    except (ValueError, RecursionError):
        raise NotARegistry(_("it sends something else than JSON")) from None
    names = told.get(field) if isinstance(told, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _next(answer: Answer) -> str:
    """Return the path below `/v2/` of the next page; empty where this is the last.

    A page elsewhere is not followed: it would get the login.
    """
    found = next(filter(None, map(_NEXT.search, answer.headers("Link"))), None)
    if found is None:
        return ""
    try:
        here, there = urlsplit(answer.url), urlsplit(urljoin(answer.url, found[1]))
    except ValueError:
        return ""
    if there.netloc != here.netloc or not there.path.startswith("/v2/"):
        return ""
    path = quote(there.path.removeprefix("/v2/"), safe="/%:@._-~")
    query = quote(there.query, safe="=&%+:@/._-~,")
    return f"{path}?{query}" if query else path
