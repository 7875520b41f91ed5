"""Searching the Hub's catalogue: what fits, in which order, and how many."""

from __future__ import annotations

from typing import Any, Final

from tui.practice.catalogue import ENTRIES, Entry
from tui.practice.registry import HUB, PRIVATE
from tui.practice.wire import ApiError, Request

LIMIT: Final = 25
"""Results, if nothing is said."""

MOST: Final = 100
"""Results that can be asked for."""


def search(request: Request) -> list[dict[str, Any]]:
    """Return what `GET /images/search` answers: `term`, `limit`, `filters`.

    Raises:
        ApiError: a parameter makes no sense, or the term names another registry.
    """
    limit = _limit(request.first("limit"))
    filters = request.filters()
    known = {"is-automated", "is-official", "stars"}
    for name in filters:
        if name not in known:
            raise ApiError(400, f"Invalid filter '{name}'")
    automated = _yes_or_no(filters, "is-automated")
    official = _yes_or_no(filters, "is-official")
    stars = _stars(filters)
    found = matching(_term(request.first("term")))[:limit]
    # as dockerd does, of the results and not of the whole catalogue
    return [
        {
            "star_count": entry.stars,
            "is_official": entry.is_official,
            "name": entry.name,
            "is_automated": entry.is_automated,
            "description": entry.description,
        }
        for entry in found
        if entry.stars >= stars
        and automated in (None, entry.is_automated)
        and official in (None, entry.is_official)
    ]


def matching(term: str) -> list[Entry]:
    """Return the entries in which a text occurs: first by exact name, then by stars."""
    words = term.lower().split()
    found = [
        entry
        for entry in ENTRIES
        if all(word in f"{entry.name} {entry.description}".lower() for word in words)
    ]
    wanted = term.lower()
    return sorted(
        found,
        key=lambda entry: (
            entry.name != wanted,
            wanted not in entry.name,
            -entry.stars,
            entry.name,
        ),
    )


def _limit(text: str) -> int:
    if not text:
        return LIMIT
    try:
        limit = int(text)
    except ValueError as error:
        raise ApiError(500, f'strconv.Atoi: parsing "{text}": invalid syntax') from error
    if not 1 <= limit <= MOST:
        raise ApiError(400, f"Limit {limit} is outside the range of [1, {MOST}]")
    return limit


def _term(text: str) -> str:
    """Return what is searched for at the Hub.

    Raises:
        ApiError: 500, it names another registry, and none of them has a search.
    """
    if "://" in text:
        raise ApiError(500, 'Invalid repository name (ex: "registry.domain.tld/myrepos")')
    host, slash, rest = text.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        return text
    if host in {HUB, f"index.{HUB}"}:
        return rest
    if host in PRIVATE:
        raise ApiError(500, "Unexpected status code 404")
    name, _colon, port = host.partition(":")
    if name == "localhost" or name.startswith("127."):
        raise ApiError(500, _refused(host, port or "80"))
    address = f"https://{host}/v1/"
    raise ApiError(
        500,
        f'invalid registry endpoint {address}: Get "{address}_ping": dial tcp: '
        f"lookup {name}: no such host",
    )


def _refused(host: str, port: str) -> str:
    """Return what is said of a host of this machine where nobody listens (20.10)."""
    attempts = [
        f'{scheme.upper()} attempt: Get "{scheme}://{host}/v1/_ping": '
        f"dial tcp 127.0.0.1:{port}: connect: connection refused"
        for scheme in ("https", "http")
    ]
    return f'invalid registry endpoint "http://{host}/v1/". {". ".join(attempts)}'


def _yes_or_no(filters: dict[str, list[str]], name: str) -> bool | None:
    values = filters.get(name)
    if not values:
        return None
    wanted = {value.lower() for value in values}
    if wanted <= {"true", "1"}:
        return True
    if wanted <= {"false", "0"}:
        return False
    raise ApiError(400, f"Invalid filter '{name}=[{' '.join(values)}]'")


def _stars(filters: dict[str, list[str]]) -> int:
    """Return how many stars a result must have; of several numbers the biggest counts."""
    most = 0
    for value in filters.get("stars", []):
        if not value.isdecimal():
            raise ApiError(400, f"Invalid filter 'stars={value}'")
        most = max(most, int(value))
    return most
