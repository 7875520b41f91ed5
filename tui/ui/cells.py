"""The cells of a terminal, and the fewest bytes that turn one screen into another.

`Differ.feed` takes what an app writes and keeps the screen it asks for; `Differ.take`
returns what brings the terminal there from where the last `take` left it, so frames that
were fed in between cost nothing. No thread, no terminal and no Textual in here.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple, TypeVar

from rich.cells import cell_len

T = TypeVar("T")

UNKNOWN: Final = "\0"
"""A cell of which nobody knows what it shows: never sent, and different from all others."""

CELL_MAX: Final = 16
"""Characters of one cell, combining ones among them; more are left out."""

MERGED_GAP: Final = 4
"""So many equal cells between two changes are sent again rather than jumped over."""

SYNC_BYTES: Final = 512
"""A longer update is sent as one frame (mode 2026), where the app found that supported."""

SCROLL_BYTES: Final = 25
"""What scrolling itself takes."""

SCROLL_ROWS: Final = 4
"""Changed rows from which on it may pay to let the terminal scroll."""

SCROLL_STEPS: Final = (1, -1, 2, -2, 3, -3)
"""Distances (rows) that are tried: keys scroll by one, the wheel by two or three."""

_TOKEN: Final = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<move>[0-9;]*)H"
    r"|\x1b\[(?P<sgr>[0-9;:]*)m"
    r"|\x1b\]8;(?P<link>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|(?P<newline>\r?\n)"
    r"|(?P<sync>\x1b\[\?2026[hl])"
    r"|(?P<other>\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|.)",
    re.DOTALL,
)
_HARMLESS: Final = re.compile(
    r"\x07|\x1b[\]PX^_]"  # bell, clipboard, title, pointer shape
    r"|\x1b\[\?(?:1|7|9|12|25|10[01]\d|2004|2031|2048)[hl]"  # cursor, mouse, paste, reports
    r"|\x1b\[[0-?]*(?:[nc]|\$p| ?q)"  # queries, cursor shape
    r"|\x1b\[[<=>?][0-9;]*u"  # kitty keys
)
_STEADY: Final = re.compile(
    r"[ -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2026\u2190-\u28ff\u4e00-\u9fff]*"
)
"""Text on whose width terminals agree; after other text the cursor is placed anew."""

_ASCII: Final = str.maketrans(
    {
        **dict.fromkeys("─━═╌┄▁▔▂▃▀", "-"),
        **dict.fromkeys("│┃║▏▎▍▌▐▕", "|"),
        **dict.fromkeys("░·", "."),
    }
    | {**dict.fromkeys("█▉▊▋▇▆▅▄■", "#"), **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╔╗╚╝", "+")}
    | dict(zip("…•←→↑↓▲▼◀▶▸▾✓✗", "~*<>^v^v<>>v+x", strict=True))
)

LEAVE: Final = "\x1b[?1049l"
"""Gives the alternate screen back."""

Slot = tuple[int, int]
"""What an SGR code is about: the code that takes it back, and which of those it takes back."""

_SLOTS: Final[dict[int, Slot]] = {
    1: (22, 1), 2: (22, 2), 3: (23, 0), 4: (24, 0), 21: (24, 0), 5: (25, 0), 6: (25, 0),
    7: (27, 0), 8: (28, 0), 9: (29, 0), 51: (54, 0), 52: (54, 0), 53: (55, 0), 58: (59, 0),
    **dict.fromkeys((*range(30, 39), *range(90, 98)), (39, 0)),
    **dict.fromkeys((*range(40, 49), *range(100, 108)), (49, 0)),
}  # fmt: skip
_OFF: Final = frozenset(off for off, _ in _SLOTS.values())


class Style(NamedTuple):
    """How a cell looks: SGR codes by slot, in order, and the hyperlink of OSC 8."""

    codes: tuple[tuple[Slot, str], ...]
    link: str


PLAIN: Final = Style((), ";")


def _codes(params: str) -> Iterator[tuple[int, str]]:
    """Split SGR parameters into codes, each with its number; extended colours are one code."""
    parts = iter(params.split(";"))
    for part in parts:
        code = part
        if part in {"38", "48", "58"}:
            kind = next(parts, "")
            rest = [next(parts, "") for _ in range({"5": 1, "2": 3}.get(kind, 0))]
            code = ";".join((part, kind, *rest))
        yield int(part.partition(":")[0] or 0), code


@lru_cache(maxsize=4096)
def styled(style: Style, params: str) -> Style:
    """Return `style` after an SGR sequence with these parameters."""
    codes = dict(style.codes)
    for number, code in _codes(params):
        if number == 0:
            codes.clear()
        elif number in _OFF:
            codes = {slot: other for slot, other in codes.items() if slot[0] != number}
        else:
            codes[_SLOTS.get(number, (0, number))] = code
    return Style(tuple(sorted(codes.items())), style.link)


@lru_cache(maxsize=4096)
def transition(old: Style | None, new: Style) -> str:
    """Return the shortest sequence from one style to another; None: unknown, but no link."""
    link = "" if (old or PLAIN).link == new.link else f"\x1b]8;{new.link}\x1b\\"
    fresh = ";".join(("0", *(code for _, code in new.codes))) if new.codes else ""
    if old is None:
        return f"{link}\x1b[{fresh}m"
    if old.codes == new.codes:
        return link
    had, wanted = dict(old.codes), dict(new.codes)
    lost = {slot[0] for slot in had if slot not in wanted}
    missing = [c for slot, c in new.codes if had.get(slot) != c or slot[0] in lost]
    step = ";".join((*map(str, sorted(lost)), *missing))
    if 0 in lost or len(step) > len(fresh):
        step = fresh
    return f"{link}\x1b[{step}m"


def split(text: str) -> list[str]:
    """Split text into cells: a wide character is followed by "", combining ones join."""
    if text.isascii():
        return list(text)
    cells: list[str] = []
    for character in text:
        if width := cell_len(character):
            cells += (character, "")[:width]
        elif cells:
            base = len(cells) - 1 - (not cells[-1])
            if len(cells[base]) < CELL_MAX:
                cells[base] += character
            if base == len(cells) - 1 and cell_len(cells[base]) > 1:
                cells.append("")
    return cells


def to_ascii(text: str) -> str:
    """Return text as wide as `text` in ASCII: lines and blocks by likeness, else "?"."""
    text = text.translate(_ASCII)
    return "".join(char if char.isascii() else "?" * cell_len(char) for char in text)


class Grid:
    """A screen of cells: characters and styles apart, by rows."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.chars = [[UNKNOWN] * width for _ in range(height)]
        self.styles = [[PLAIN] * width for _ in range(height)]

    def put(self, x: int, y: int, *, cells: list[str], style: Style) -> None:
        """Write cells; what does not fit is cut, half a wide character becomes a blank."""
        if not (0 <= y < self.height and 0 <= x < self.width and cells):
            return
        row = self.chars[y]
        end = min(x + len(cells), self.width)
        if end < x + len(cells) and not cells[end - x]:
            cells[end - x - 1] = " "
        if not row[x]:
            row[x - 1] = " "
        if end < self.width and not row[end]:
            row[end] = " "
        row[x:end] = cells[: end - x]
        self.styles[y][x:end] = [style] * (end - x)

    def scroll(self, top: int, bottom: int, *, step: int) -> None:
        """Move the rows from `top` up to `bottom` by `step`; rows that come in are unknown."""
        fresh = Grid(self.width, abs(step))
        self.chars[top:bottom] = _moved(self.chars[top:bottom], fresh.chars, step=step)
        self.styles[top:bottom] = _moved(self.styles[top:bottom], fresh.styles, step=step)


def _moved(rows: list[T], fresh: list[T], *, step: int) -> list[T]:
    return [*rows[step:], *fresh] if step > 0 else [*fresh, *rows[:step]]


class Differ:
    """Keeps the screen an app asks for, and the one the terminal shows."""

    def __init__(self, width: int, height: int, *, ascii_only: bool = False) -> None:
        """Start with nothing known of either; `ascii_only`: send nothing beyond ASCII."""
        self._ascii_only = ascii_only
        self._synchronized = False
        self._passing: list[str] = []
        self._x = self._y = 0
        self._style = PLAIN
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        """Take another size; all cells are unknown until the app draws them again."""
        self.width, self.height = width, height
        self._wanted, self._shown = Grid(width, height), Grid(width, height)
        self._dirty: set[int] = set()
        self._at: tuple[int, int] | None = None
        self._shown_style: Style | None = None

    def feed(self, data: str) -> bool:
        """Take what the app writes; True if there is more in it than cells."""
        for token in _TOKEN.finditer(data):
            kind = token.lastgroup
            value = token[kind or 0]
            if kind == "text":
                self._put(value)
            elif kind == "sgr":
                self._style = styled(self._style, value)
            elif kind == "move":
                row, _, column = value.partition(";")
                self._x, self._y = int(column or 1) - 1, int(row or 1) - 1
            elif kind == "link":
                self._style = Style(self._style.codes, value)
            elif kind == "newline":
                self._x, self._y = 0, self._y + 1
            elif kind == "sync":
                self._synchronized = True
            else:
                self._pass(value)
        return bool(self._passing)

    def _put(self, text: str) -> None:
        if self._ascii_only and not text.isascii():
            text = to_ascii(text)
        cells = split(text)
        self._wanted.put(self._x, self._y, cells=cells, style=self._style)
        self._dirty.add(self._y)
        self._x += len(cells)

    def _pass(self, sequence: str) -> None:
        """Hand on a sequence that is not understood; what it may change is unknown then."""
        if not _HARMLESS.match(sequence):
            before = self.take() + transition(self._shown_style, self._style)
            self.resize(self.width, self.height)
            self._passing.append(before)
        if sequence == LEAVE:
            self._x = self.width  # the cursor stays where the terminal puts it, for the shell
        self._passing.append(sequence)

    def take(self) -> str:
        """Return what to send now: sequences handed on, then the cells that differ."""
        passing = "".join(self._passing)
        self._passing.clear()
        rows = [y for y in sorted(self._dirty) if self._differs(y)]
        self._dirty.clear()
        out: list[str] = []
        if len(rows) >= SCROLL_ROWS and (step := self._scroll_step(rows)):
            out.append(self._scroll(rows[0], rows[-1] + 1, step=step))
            rows = [y for y in range(rows[0], rows[-1] + 1) if self._differs(y)]
        for y in rows:
            for start, end in self._spans(y):
                out += self._send(y, start, end=end)
        if self._x < self.width and self._y < self.height:
            out.append(self._goto(self._x, self._y))
        cells = "".join(out)
        if self._synchronized and len(cells) > SYNC_BYTES:
            cells = f"\x1b[?2026h{cells}\x1b[?2026l"
        return passing + cells

    def _differs(self, y: int) -> bool:
        if not 0 <= y < self.height:
            return False
        wanted, shown = self._wanted, self._shown
        return wanted.chars[y] != shown.chars[y] or wanted.styles[y] != shown.styles[y]

    def _spans(self, y: int) -> list[list[int]]:
        """Return where a row differs, as pairs (from, up to); small gaps are bridged."""
        new, styles = self._wanted.chars[y], self._wanted.styles[y]
        old, old_styles = self._shown.chars[y], self._shown.styles[y]
        spans: list[list[int]] = []
        last = -self.width
        for x in range(self.width):
            style, old_style = styles[x], old_styles[x]
            if new[x] == old[x] and (style is old_style or style == old_style):
                continue
            if new[x] == UNKNOWN:
                continue
            if x == last or (x - last <= MERGED_GAP and self._bridged(y, last, end=x)):
                spans[-1][1] = x + 1
            else:
                spans.append([x, x + 1])
            last = x + 1
        return spans

    def _bridged(self, y: int, start: int, *, end: int) -> bool:
        """Return whether the equal cells between two changes take no change of style."""
        chars, styles = self._wanted.chars[y], self._wanted.styles[y]
        around = (styles[start - 1], styles[end])
        return all(chars[x] != UNKNOWN and styles[x] in around for x in range(start, end))

    def _send(self, y: int, start: int, *, end: int) -> Iterator[str]:
        """Yield what writes the wanted cells from `start` up to `end`, whole characters only."""
        chars, styles = self._wanted.chars[y], self._wanted.styles[y]
        start -= int(not chars[start])
        end += int(end < self.width and not chars[end])
        self._shown.chars[y][start:end] = chars[start:end]
        self._shown.styles[y][start:end] = styles[start:end]
        for style, group in groupby(range(start, end), styles.__getitem__):
            yield self._goto(start, y)
            yield transition(self._shown_style, style)
            self._shown_style = style
            length = len(list(group))
            text = "".join(chars[start : start + length])
            if _STEADY.fullmatch(text):
                yield text
                start += length
                self._at = (start, y) if start < self.width else None
                continue
            for x in range(start, start := start + length):
                if chars[x]:
                    yield self._goto(x, y) + chars[x]
                    after = x + 1 if x + 1 == self.width or chars[x + 1] else x + 2
                    steady = after < self.width and _STEADY.fullmatch(chars[x])
                    self._at = (after, y) if steady else None

    def _goto(self, x: int, y: int) -> str:
        """Return what moves the terminal's cursor to a cell."""
        if self._at == (x, y):
            return ""
        ahead = x - self._at[0] if self._at and self._at[1] == y else 0
        self._at = (x, y)
        if ahead > 0:
            return f"\x1b[{ahead}C" if ahead > 1 else "\x1b[C"
        return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"

    def _scroll_step(self, rows: Sequence[int]) -> int:
        """Return by how many rows to scroll the span of these rows, 0 if it does not pay."""
        top, bottom = rows[0], rows[-1] + 1
        sample = rows[len(rows) // 3 :: max(len(rows) // 6, 1)][:3]

        def cost(step: int, some: Sequence[int]) -> int:
            """Estimate the bytes that `some` rows take after a scroll."""
            total = 0
            for y in some:
                new, old = self._wanted.chars[y], self._shown.chars
                inside = top <= y + step < bottom
                cells = sum(map(operator.ne, new, old[y + step])) if inside else self.width
                total += cells + 8 if cells else 0
            return total

        best = min(SCROLL_STEPS, key=lambda step: cost(step, sample))
        every = range(top, bottom)
        return best if cost(best, every) + SCROLL_BYTES < cost(0, every) else 0

    def _scroll(self, top: int, bottom: int, *, step: int) -> str:
        """Return what scrolls the rows from `top` up to `bottom`, by deleting or inserting."""
        before = transition(self._shown_style, PLAIN)
        self._shown.scroll(top, bottom, step=step)
        self._at, self._shown_style = None, PLAIN
        count = "" if abs(step) == 1 else abs(step)
        edit = f"\x1b[{count}{'M' if step > 0 else 'L'}"
        return f"{before}\x1b[{top + 1};{bottom}r\x1b[{top + 1}H{edit}\x1b[r"
