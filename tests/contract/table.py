"""The table of calls and Engines, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.contract.differences import DIFFERENCES, Difference
from tests.contract.record import Recording, compare

_HEAD = """\
# The contract, call by call

Written by `python -m tests.contract --table`. Each call is made by the scenarios of this folder on
the practice engine and on real Engines; status codes, shapes, progress, words of errors and effects
are compared. `=`: all equal. A number: a justified difference, explained below. `!`: an unlisted
one. `-`: the Engine has no such call, or the scenario makes no sense there.
"""


def markdown(ours: Recording, others: Sequence[Recording]) -> str:
    """Return the table, and the differences with their reasons."""
    numbers = {entry: index for index, entry in enumerate(DIFFERENCES, 1)}
    columns = [_cells(ours, other, numbers) for other in others]
    calls = sorted({call for each in ours.played.values() for call in each.calls.values()}, key=_by)
    labels = [other.label for other in others]
    lines = [_HEAD, _row("call", ours.label, *labels), _row("---", "---", *("---" for _ in labels))]
    for call in calls:
        lines.append(_row(f"`{call}`", "yes", *(column.get(call, "-") for column in columns)))
    total = len(ours.played)
    counts = [f"{len(other.played)} scenarios" for other in others]
    lines += [_row("", f"{total} scenarios", *counts), "", *_reasons(numbers, labels)]
    return "\n".join(lines) + "\n"


def _by(call: str) -> tuple[str, str]:
    method, _, path = call.partition(" ")
    return path, method


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(ours: Recording, other: Recording, numbers: dict[Difference, int]) -> dict[str, str]:
    """Return call → what the table says of it for an Engine."""
    found: dict[str, set[int]] = {}
    wrong = set()
    for name, verdict in compare(ours, other).items():
        calls = other.played[name].calls | ours.played[name].calls
        for call in calls.values():
            found.setdefault(call, set())
        for key in verdict.unlisted:
            wrong.add(_call(key, calls))
        for key, entries in verdict.listed.items():
            found.setdefault(_call(key, calls), set()).update(numbers[entry] for entry in entries)
    return {
        call: "!" if call in wrong else ", ".join(map(str, sorted(marks))) or "="
        for call, marks in found.items()
    }


def _call(key: str, calls: dict[str, str]) -> str:
    """Return the call that a key speaks of: the one with the longest step that begins it."""
    steps = [step for step in calls if key.startswith(step)]
    return calls[max(steps, key=len)] if steps else next(iter(calls.values()), "")


def _reasons(numbers: dict[Difference, int], labels: Sequence[str]) -> Iterator[str]:
    yield "Differences:"
    yield ""
    for entry, number in numbers.items():
        engines = ", ".join(label for label in entry.engines if label in labels)
        if engines:
            yield f"{number}. {engines}: {entry.reason}"
