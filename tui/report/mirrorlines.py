"""Mirrors as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tui.i18n import _
from tui.mirrors.change import why_not_editable
from tui.mirrors.overview import rows_of
from tui.mirrors.probing import ordered
from tui.mirrors.verdicts import LIMITS, sentence
from tui.model.mirrors import MirrorProbe, Mirrors
from tui.model.text import human_size, visible
from tui.report.tables import Table
from tui.report.verb import Told

if TYPE_CHECKING:
    from tui.actions.dispatcher import Ending
    from tui.store.state import State

FAILED: Final = 1


def list_told(state: State) -> Told:
    """Tell which mirrors there are, and what is odd about them."""
    found = state.mirrors
    assert found is not None
    return Told(tuple(_list_lines(found)), document_of(found))


def document_of(found: Mirrors) -> dict[str, object]:
    """Return everything about the mirrors, for programs."""
    return {
        "path": found.place.path,
        "kind": found.place.kind.value,
        "in_force": list(found.in_force),
        "in_file": list(found.in_file),
        "flags": list(found.place.flags),
        "hosts_path": found.hosts_path,
        "hosts": list(found.hosts),
        "editable": found.is_editable,
        "needs_sudo": found.needs_sudo,
        "backup": found.backup,
        "trouble": found.trouble,
        "notes": list(found.notes),
    }


def _list_lines(found: Mirrors) -> Iterator[str]:
    rows = [
        (mirror, _("yes") if in_force else "-", _("yes") if in_file else "-")
        for mirror, in_force, in_file in rows_of(found)
    ]
    rows += [(host, _("yes"), "hosts.toml") for host in found.hosts]
    if rows:
        headings = (_("MIRROR"), _("IN FORCE"), _("IN FILE"))
        yield from Table(headings, tuple(rows)).lines(0)
    else:
        yield _("There are no mirrors: images come from Docker Hub itself.")
    yield ""
    text = _("file: {path}") if found.has_file else _("file: {path}, not there yet")
    if found.place.path:
        yield text.format(path=visible(found.place.path))
    for text in (found.trouble, why_not_editable(found), *found.notes, *map(_, LIMITS)):
        if text:
            yield visible(text)


def test_told(ending: Ending, state: State) -> Told:
    """Tell what became of asking each mirror; exit code 1 where one does not work."""
    probes = tuple(state.probes.values())
    best = ordered([probe.mirror for probe in probes], state.probes)
    rows = tuple(
        (
            mirror,
            first_byte(state.probes[mirror]),
            speed(state.probes[mirror]),
            sentence(state.probes[mirror].verdict, state.probes[mirror].detail),
        )
        for mirror in best
    )
    headings = (_("MIRROR"), _("FIRST BYTE"), _("SPEED"), _("RESULT"))
    lines = list(Table(headings, rows, frozenset({1, 2})).lines(0)) if rows else []
    document = {"probes": [_probe_document(state.probes[mirror]) for mirror in best]}
    code = 0 if all(probe.is_fine for probe in probes) else FAILED
    return Told((*lines, ending.summary), document, code)


def _probe_document(probe: MirrorProbe) -> dict[str, object]:
    return {
        "mirror": probe.mirror,
        "image": probe.image,
        "verdict": probe.verdict.value,
        "detail": probe.detail,
        "first_byte_seconds": probe.first_byte,
        "bytes": probe.size,
        "bytes_per_second": probe.rate,
        "steps": [list(step) for step in probe.steps],
    }


def first_byte(probe: MirrorProbe) -> str:
    """Return the time to the first byte: `132 ms`."""
    return f"{probe.first_byte * 1000:.0f} ms" if probe.is_fine else "-"


def speed(probe: MirrorProbe) -> str:
    """Return the speed of a layer: `4.2 MB/s`; a small one tells nothing."""
    return f"{human_size(int(probe.rate))}/s" if probe.rate else "-"
