"""Asking several mirrors at a time, and the order that follows from it."""

from __future__ import annotations

import ipaddress
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from tui.i18n import _
from tui.mirrors.addresses import normal, why_not_mirror
from tui.mirrors.probe import Probe
from tui.model.mirrors import MirrorProbe, Mirrors, Verdict
from tui.model.reference import HUB, ImageReference, InvalidReference, parse_reference
from tui.registry.connection import is_loopback

IMAGE: Final = "hello-world"
"""What is asked for unless the user names another."""

LONGEST: Final = 30.0
"""Seconds after which a mirror hangs: looking up a name has no limit of its own."""

NEWEST: Final = "99.0.0"
"""An Engine that takes every address."""

_PAUSE: Final = 0.1


def image_of(text: str) -> ImageReference:
    """Return the image of Docker Hub that is meant.

    Raises:
        InvalidReference: it is none; `str()` says why.
    """
    reference = parse_reference(text or IMAGE)
    if reference.domain != HUB:
        raise InvalidReference(_("mirrors have images of Docker Hub alone"))
    return reference


def probe_mirrors(
    found: Mirrors,
    mirrors: Sequence[str],
    reference: ImageReference,
    *,
    tell: Callable[[MirrorProbe], None],
    is_over: threading.Event,
) -> tuple[MirrorProbe, ...]:
    """Ask all mirrors at the same time; tells of each as soon as it is known.

    Args:
        found: The Engine's: whose certificates it checks, and against what.
        mirrors: Their addresses.
        reference: The image to ask for.
        tell: Takes each result, in this thread.
        is_over: Set by whoever wants no more.
    """
    told: queue.SimpleQueue[MirrorProbe] = queue.SimpleQueue()
    wanted = tuple(dict.fromkeys(map(normal, mirrors)))
    started: dict[str, Probe] = {}
    for mirror in wanted:
        if why := why_not_mirror(mirror, NEWEST):
            told.put(MirrorProbe(mirror, str(reference), Verdict.BAD_ADDRESS, why, time.time()))
            continue
        probe = started[mirror] = Probe(
            mirror,
            reference,
            certificates=found.place.certificates,
            insecure=is_insecure(mirror, found.insecure),
        )
        run = _run(probe, told)
        threading.Thread(target=run, name=f"probe {mirror}", daemon=True).start()
    results = _collected(wanted, told, tell, is_over, str(reference))
    for probe in started.values():
        probe.hang_up()
    return tuple(results[mirror] for mirror in wanted if mirror in results)


def _run(probe: Probe, told: queue.SimpleQueue[MirrorProbe]) -> Callable[[], None]:
    return lambda: told.put(probe.run())


def _collected(
    wanted: Sequence[str],
    told: queue.SimpleQueue[MirrorProbe],
    tell: Callable[[MirrorProbe], None],
    is_over: threading.Event,
    image: str,
) -> dict[str, MirrorProbe]:
    """Take results as they come, until all are there, the time is up, or nobody wants more."""
    results: dict[str, MirrorProbe] = {}
    end = time.monotonic() + LONGEST
    while len(results) < len(wanted) and not is_over.is_set():
        try:
            result = told.get(timeout=_PAUSE)
        except queue.Empty:
            if time.monotonic() < end:
                continue
            for mirror in wanted:
                if mirror not in results:
                    results[mirror] = MirrorProbe(mirror, image, Verdict.HANGS, at=time.time())
                    tell(results[mirror])
            break
        results[result.mirror] = result
        tell(result)
    return results


def is_insecure(mirror: str, insecure: Sequence[str]) -> bool:
    """Tell whether the Engine does not check a mirror's certificate."""
    parts = urlsplit(mirror)
    host = parts.hostname or ""
    if is_loopback(host) or parts.netloc in insecure or host in insecure:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _networks(insecure))


def _networks(texts: Sequence[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:  # a host
            continue
    return found


def ordered(mirrors: Sequence[str], probes: Mapping[str, MirrorProbe]) -> tuple[str, ...]:
    """Return mirrors by what became of asking them: the fast first, those that fail last.

    Mirrors that were not asked stay between, and equals in their order.
    """

    def place(mirror: str) -> tuple[int, float, float]:
        probe = probes.get(normal(mirror))
        if probe is None:
            return 1, 0.0, 0.0
        if not probe.is_fine:
            return 2, 0.0, 0.0
        return 0, -probe.rate, probe.first_byte

    return tuple(sorted(mirrors, key=place))
