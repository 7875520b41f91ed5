"""Names for an image in a registry, to choose from while one types."""

from __future__ import annotations

from collections.abc import Iterator

from tui.model.reference import HUB, InvalidReference, parse_reference
from tui.store.rows import ImageRow
from tui.store.state import State


def push_names(state: State, row: ImageRow) -> tuple[str, ...]:
    """Return what an image may be called in a registry, the likeliest first.

    Made of the accounts, of the names that other images have, and of the registries that the
    Engine trusts.
    """
    base = row.repository.rpartition("/")[2] or "image"
    tag = row.reference.rpartition(":")[2] if row.reference.count(":") and row.repository else ""
    end = f"{base}:{tag}" if tag and "/" not in tag else base
    return tuple(dict.fromkeys(f"{start}/{end}" for start in _starts(state)))


def _starts(state: State) -> Iterator[str]:
    """Yield what may stand before the last part of a name."""
    for account in state.logins.accounts:
        if account.registry == HUB:
            if account.user:
                yield account.user
            continue
        if account.user:
            yield f"{account.registry}/{account.user}"
        yield account.registry
    for image in state.images:
        for name in image.tags:
            yield from _starts_of(name)
    yield from (one for one in state.logins.registries if one != HUB)


def _starts_of(name: str) -> Iterator[str]:
    """Yield where an image of this name is: beside it, and in its registry."""
    try:
        reference = parse_reference(name)
    except InvalidReference:
        return
    owner = reference.path.rpartition("/")[0]
    if reference.domain == HUB:
        if owner not in ("", "library"):
            yield owner
        return
    if owner:
        yield f"{reference.domain}/{owner}"
    yield reference.domain
