"""The health of a container: the test that is run, and what its last runs said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui.i18n import N_, _
from tui.model.containerdetails import ContainerDetails, HealthTest, Probe
from tui.model.text import visible
from tui.ui.containerfields import Entry, health_text, seconds_text, test_text, time_text
from tui.ui.screens.containersheet import ContainerSheet
from tui.ui.screens.text import TextScreen
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece

STATES = {"healthy": "good", "unhealthy": "bad", "starting": "warn"}
"""Docker's words for health and the style names that go with them."""


class HealthScreen(ContainerSheet):
    """Enter shows what a run said whole, `c` copies it. The newest run comes first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_value", N_("Copy"), show=False, id="health.c"),
    ]

    def columns(self) -> tuple[Column, ...]:
        """Return what it is, and what the Engine says of it."""
        return (
            Column("label", _("FIELD"), 23, priority=3),
            Column("value", _("VALUE"), 1, min_width=20, flex=True, priority=4),
        )

    def title_of(self) -> str:
        """Say whose health it is."""
        name = self.details[0].name if self.details else self.containers[0].name
        return _("Health of {name}").format(name=visible(name))

    def keys(self) -> tuple[Piece, ...]:
        """Return what can be done here."""
        pairs = (("c", _("copy")), ("enter", _("whole output")), ("esc", _("back")))
        return tuple(
            piece for key, word in pairs for piece in (CellText(f" {key}", "key"), f" {word} ")
        )

    def nothing(self) -> str:
        """Say that there is none, and how one is given."""
        return _(
            "This container has no health check.\n"
            "One is given when it is created:\n"
            "docker run --health-cmd 'wget -q -O /dev/null localhost' --health-interval 30s\n"
            "or by its image: HEALTHCHECK CMD wget -q -O /dev/null localhost"
        )

    def rows_of(self, details: tuple[ContainerDetails, ...]) -> list[Row]:
        """Return the health now, the test, and its runs; nothing without a health check."""
        rows: list[Row] = []
        seen: dict[str, int] = {}
        for entry in health_entries(details[0]) if details else ():
            seen[entry.label] = seen.get(entry.label, 0) + 1
            text = (entry.shown or entry.value).replace("\n", " ")
            cells = (CellText(entry.label, "accent"), CellText(text, entry.state))
            rows.append(Row(f"{entry.label} {seen[entry.label]}", cells))
        return rows

    def _current(self) -> Entry | None:
        entries = health_entries(self.details[0]) if self.details else ()
        index = self.rows.cursor_index
        return entries[index] if 0 <= index < len(entries) else None

    def action_copy_value(self) -> None:
        """Copy the value under the cursor."""
        entry = self._current()
        if entry is not None:
            self.copy(entry.value, entry.label)

    @on(RowList.RowChosen)
    def _whole(self) -> None:
        entry = self._current()
        if entry is not None:
            self.app.push_screen(TextScreen(entry.label, entry.value))


def health_entries(details: ContainerDetails) -> tuple[Entry, ...]:
    """Return the health now, the test with its times, and its runs, the newest first."""
    if not details.health_test.is_on and not details.health.status:
        return ()
    health = details.health
    entries = [
        Entry(
            _("Health"),
            health.status or _("unknown"),
            health_text(health),
            STATES.get(health.status, ""),
        ),
        *_test(details.health_test),
    ]
    if not details.is_running:
        entries.append(Entry(_("Next run"), _("none: the container does not run")))
    elif not health.log:
        entries.append(Entry(_("Runs"), _("none yet")))
    entries += [_probe(probe) for probe in reversed(health.log)]
    return tuple(entries)


def _test(test: HealthTest) -> Iterator[Entry]:
    """Yield the test as `docker run` takes it; what is not given has the Engine's own value."""
    yield Entry("--health-cmd", test_text(test) or _("unknown"))
    spans = (
        ("--health-interval", test.interval, 30.0),
        ("--health-timeout", test.timeout, 30.0),
        ("--health-start-period", test.start_period, 0.0),
    )
    for option, given, usual in spans:
        text = seconds_text(given or usual) if given or usual else "0s"
        yield Entry(option, text, text if given else _("{value}  (usual)").format(value=text))
    if test.start_interval:
        yield Entry("--health-start-interval", seconds_text(test.start_interval))
    retries = str(test.retries or 3)
    shown = retries if test.retries else _("{value}  (usual)").format(value=retries)
    yield Entry("--health-retries", retries, shown)


def _probe(probe: Probe) -> Entry:
    """Return one run: when, how it ended, how long it took, what it said."""
    failed = _("failed ({code})").format(code=probe.exit_code)
    ending = failed if probe.exit_code else _("passed")
    said = probe.output.strip()
    head = f"{ending} {seconds_text(probe.seconds)}"
    return Entry(
        time_text(probe.start) or _("Run"),
        said or head,
        f"{head}  {said}" if said else head,
        "good" if probe.exit_code == 0 else "bad",
    )
