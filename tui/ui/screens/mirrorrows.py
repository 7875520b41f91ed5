"""What the screen of mirrors shows: rows, the difference, what a test found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tui.i18n import _
from tui.mirrors.addresses import normal
from tui.mirrors.change import Change
from tui.mirrors.verdicts import sentence
from tui.model.mirrors import MirrorProbe, Mirrors
from tui.model.text import exact_size, human_size, utc_time, visible
from tui.ui.screens.text import FieldValue
from tui.ui.widgets.columns import Cell, CellText, Piece, Row

SHOWN: Final = 12
"""Lines of a difference that a question shows."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Mirrors that are not written yet."""

    mirrors: tuple[str, ...] = ()
    is_begun: bool = False

    def now(self, found: Mirrors | None) -> tuple[str, ...]:
        """Return the mirrors as they would be written."""
        return self.mirrors if self.is_begun or found is None else _written(found)

    def is_changed(self, found: Mirrors) -> bool:
        """Tell whether there is something to write."""
        return self.is_begun and self.mirrors != _written(found)


def _written(found: Mirrors) -> tuple[str, ...]:
    """Return the mirrors in the file; those in force where nobody can read it."""
    return found.in_file if found.has_file and not found.trouble else found.in_force


def rows(
    found: Mirrors,
    now: Sequence[str],
    probes: Mapping[str, MirrorProbe],
    waiting: frozenset[str],
) -> list[Row]:
    """Return one row a mirror: what would be written first, then what is elsewhere only."""

    def row(number: str, mirror: str, where: Cell) -> Row:
        if mirror in waiting:
            return Row(mirror, (number, mirror, where, "", "", _("testing...")))
        return _row(number, mirror, where, probes.get(mirror))

    listed = [normal(mirror) for mirror in now]
    made = [row(str(at), mirror, _where(found, mirror)) for at, mirror in enumerate(listed, 1)]
    gone = [mirror for mirror in map(normal, found.in_force) if mirror not in listed]
    elsewhere = {normal(host): "hosts.toml" for host in found.hosts}
    elsewhere |= {normal(flag): _("option") for flag in found.place.flags}
    for mirror in dict.fromkeys((*gone, *elsewhere)):
        where = elsewhere.get(mirror) or _("only in force")
        if mirror not in listed:
            made.append(row("", mirror, CellText(where, "warn")))
    return made


def _where(found: Mirrors, mirror: str) -> Cell:
    in_file = mirror in map(normal, found.in_file)
    if mirror in found.in_force:
        return CellText(_("in force"), "good")
    return CellText(_("only in file"), "warn") if in_file else CellText(_("new"), "accent")


def _row(number: str, mirror: str, where: Cell, probe: MirrorProbe | None) -> Row:
    if probe is None:
        return Row(mirror, (number, mirror, where))
    style = "good" if probe.is_fine else "bad"
    cells = (
        number,
        mirror,
        where,
        f"{probe.first_byte * 1000:.0f} ms" if probe.is_fine else "-",
        f"{human_size(int(probe.rate))}/s" if probe.rate else "-",
        CellText(sentence(probe.verdict, probe.detail), style),
    )
    return Row(mirror, cells)


def probe_fields(probe: MirrorProbe) -> list[FieldValue]:
    """Return everything that a test found."""
    fields = [
        FieldValue(_("Result"), sentence(probe.verdict)),
        FieldValue(_("Its words"), probe.detail or "-"),
        FieldValue(_("Image"), probe.image),
        FieldValue(_("Tested"), utc_time(int(probe.at))),
    ]
    if probe.is_fine:
        fields.append(FieldValue(_("First byte"), f"{probe.first_byte * 1000:.1f} ms"))
        fields.append(FieldValue(_("Read"), exact_size(probe.size)))
        small = _("too little was read to tell; I asks for a larger image")
        rate = f"{human_size(int(probe.rate))}/s" if probe.rate else small
        fields.append(FieldValue(_("Speed"), rate))
    return fields + [FieldValue(what, came) for what, came in probe.steps]


def difference_text(change: Change, found: Mirrors) -> str:
    """Return what a question shows: the difference, and what will happen."""
    lines = [visible(line) for line in change.difference[2:]]
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], "..."]
    if not lines:
        lines = [_("The file stays as it is.")]
    more = [
        _("A copy is kept beside it. The Engine reads it by a signal: nothing restarts."),
        _("If it does not take it over, the old file comes back."),
        *found.notes,
    ]
    return "\n".join([*lines, "", *map(visible, more)])


def keys_line() -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return the two lines that remind of the keys."""

    def line(*pairs: tuple[str, str]) -> tuple[Piece, ...]:
        return tuple(
            piece for key, text in pairs for piece in (CellText(f" {key}", "key"), f" {text} ")
        )

    upper = line(
        ("a", _("add")),
        ("d", _("remove")),
        ("K J", _("move")),
        ("o", _("order by result")),
        ("t", _("test")),
        ("I", _("image")),
        ("enter", _("details")),
    )
    lower = line(
        ("w", _("write and reload")),
        ("u", _("roll back")),
        ("r", _("read again")),
        ("c", _("copy the text")),
        ("esc", _("back")),
    )
    return upper, lower
