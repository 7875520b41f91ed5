"""Lists: `/v2/`, `/v2/_catalog` and `/v2/NAME/tags/list`."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import quote

from tui.distribution.exchange import Answer, Request
from tui.distribution.names import checked_name
from tui.distribution.refusals import Refused
from tui.distribution.registry import Registry

PAGE: Final = 1000
"""Entries of a page of the catalog, if a client does not say; and the most that it may ask for."""

JSON: Final = "application/json"


def ping(_registry: Registry, _request: Request) -> Answer:
    """Tell that this is a registry."""
    return Answer(200, {"Content-Type": JSON}, b"{}")


def get_catalog(registry: Registry, request: Request) -> Answer:
    """List the repositories."""
    count = _count(request)
    page, link = _page(registry.layout.names(), PAGE if count is None else count, request)
    return _listed({"repositories": page}, "/v2/_catalog", link)


def get_tags(registry: Registry, request: Request) -> Answer:
    """List the tags of a repository; all of them, if the client does not ask for fewer."""
    name = checked_name(request.name)
    repository = registry.repository(name)
    if not repository.exists:
        raise Refused(404, "NAME_UNKNOWN", f"repository name not known to registry: {name}")
    page, link = _page(repository.tags(), _count(request), request)
    return _listed({"name": name, "tags": page}, f"/v2/{name}/tags/list", link)


def _count(request: Request) -> int | None:
    """Return how many entries a client asks for.

    Raises:
        Refused: that is no number.
    """
    given = request.query.get("n", "")
    if not given:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > 9:
        raise Refused(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested")
    return int(given)


def _page(names: list[str], count: int | None, request: Request) -> tuple[list[str], str]:
    """Return one page, and what asks for the next; empty if there is none."""
    last = request.query.get("last", "")
    left = [name for name in names if name > last] if last else names
    if count is None or count >= len(left):
        return left, ""
    page = left[:count]
    return page, f"n={count}&last={quote(page[-1], safe='')}" if page else ""


def _listed(document: dict[str, object], path: str, link: str) -> Answer:
    headers = {"Content-Type": JSON}
    if link:
        headers["Link"] = f'<{path}?{link}>; rel="next"'
    return Answer(200, headers, json.dumps(document).encode())
