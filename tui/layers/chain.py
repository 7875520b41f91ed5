"""Chain IDs: what names a layer together with all below it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

_KNOWN = 1 << 16
"""Chain IDs kept in memory, about 300 bytes each: enough for a thousand images of twenty layers."""


@lru_cache(maxsize=_KNOWN)
def _on_top_of(below: str, diff_id: str) -> str:
    both = f"{below} {diff_id}".encode(errors="surrogatepass")  # an evil Engine may send halves
    return f"sha256:{hashlib.sha256(both).hexdigest()}"


def chain_ids(diff_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the chain ID of each layer, bottom first.

    The diff ID of a layer tells its own bytes; only the chain ID tells layers
    on different bases apart, and only it is unique within an image (OCI image
    specification, "Layer ChainID").
    """
    chain: list[str] = []
    for diff_id in diff_ids:
        chain.append(_on_top_of(chain[-1], diff_id) if chain else diff_id)
    return tuple(chain)
