from __future__ import annotations

import io
import json
import time
from collections import Counter

import pytest

from tests.ui.hostile import SAMPLES, harmless
from tui.model.container import ContainerSummary
from tui.model.image import ImageSummary
from tui.report import output
from tui.report.documents import containers_document, rfc3339
from tui.report.output import Meter, write_json, write_lines
from tui.report.tables import Table, cells, containers_table, cut, images_table


def test_json_carries_any_text(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    document = {"text": "é 漢 \udc80 \x1b[31m \u202e"}
    write_json(document)
    written = capfdbinary.readouterr().out
    assert json.loads(written.decode("utf-8")) == document
    assert "é 漢" in written.decode("utf-8")
    assert b"\x1b" not in written


@pytest.mark.parametrize("unicode", [True, False])
def test_lines_are_bytes_the_terminal_can_show(
    unicode: bool, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    write_lines(["é", "plain"], unicode=unicode)
    expected = "é\nplain\n".encode() if unicode else b"\\xe9\nplain\n"
    assert capfdbinary.readouterr().out == expected


@pytest.mark.parametrize("text", SAMPLES)
def test_tables_spell_out_what_acts_on_a_terminal(text: str) -> None:
    image = ImageSummary("sha256:" + "1" * 64, (f"{text}:latest",))
    container = ContainerSummary("c" * 64, text, text, image.image_id, text, status=text)
    lines = [
        *images_table([image], Counter(), 0.0).lines(),
        *containers_table([container], 0.0, with_size=True).lines(),
    ]
    assert len(lines) == 4
    assert all(map(harmless, "".join(lines)))
    document = containers_document([container], with_size=True)
    assert json.loads(json.dumps(document))[0]["name"] == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, None),
        (-62135596800, None),
        (1, "1970-01-01T00:00:01Z"),
        (1767225600, "2026-01-01T00:00:00Z"),
        (10**18, None),
    ],
)
def test_times(seconds: int, text: str | None) -> None:
    assert rfc3339(seconds) == text


def test_columns_stand_below_each_other_in_wide_text_too() -> None:
    table = Table(("NAME", "SIZE"), (("漢字", "1 B"), ("e\u0301", "12 MB")), frozenset({1}))
    lines = list(table.lines())
    assert {cells(line) for line in lines} == {4 + 3 + 5}


def test_lines_are_cut_at_the_width() -> None:
    assert cut("abcdef", 0) == "abcdef"
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abc..."
    assert cells(cut("漢字漢字", 6)) <= 6


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_meter_speaks_late_and_wipes_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    screen = _Screen()
    meter = Meter(screen, "{done} of {total}")
    meter.tell(1, 9)
    assert screen.getvalue() == ""
    now += output.PATIENCE
    meter.tell(2, 9)
    meter.tell(3, 9)
    assert screen.getvalue() == "\r2 of 9"
    meter.wipe()
    assert screen.getvalue() == "\r2 of 9\r      \r"


def test_the_meter_is_silent_where_no_one_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    stream = io.StringIO()
    meter = Meter(stream, "{done} of {total}")
    now += 60
    meter.tell(2, 9)
    meter.wipe()
    assert stream.getvalue() == ""
