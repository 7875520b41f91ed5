"""What a container writes to harm a terminal: of orlop's own output nothing but text and colour.

Everything goes the real way: a container on an Engine, its log or its inspection, orlop in a
terminal. All bytes that the terminal got are looked at, not only what is on its screen.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.engines.images import make_layer, runnable
from tests.engines.maker import ImageMaker
from tests.terminal.pseudo import PseudoTerminal
from tests.ui.hostile import KINDS, harmless
from tests.waiting import until

pytestmark = pytest.mark.engine

ODD: Final = b"7777"
"""In numbers of hostile sequences: orlop never has a reason to send it in one."""

CSI: Final = (
    b"6n", b"5n", b"?6n", b"c", b">c", b"=c", b">q", b"14t", b"18t", b"21t", b"x", b"?1049h",
    b"?1000h", b"?1003h", b"?1006h", b"?2004h", b"?2026$p", b"?5h", b"!p", b"2J", b"3J", b"H",
    b"%b;%bH" % (ODD, ODD), b"%bA" % ODD, b"%bb" % ODD, b"%b;2r" % ODD, b"%bL" % ODD, b"4h",
    b"s", b"u", b"?u", b">31u", b"8;%b;%bt" % (ODD, ODD), b"38;2;%b;1;1m" % ODD,
    b"1;" * 500 + b"%bm" % ODD, b"?%bh" % ODD, b"0;%bm" % ODD, b"%b" % ODD, b"?", b"1;", b"",
)  # fmt: skip
STRINGS: Final = (
    b"52;c;UFdORUQ=", b"52;c;?", b"8;;http://evil/%b" % ODD, b"0;PWNED", b"2;PWNED", b"4;1;?",
    b"10;?", b"1337;File=:AAAA", b"777;notify;PWNED;x", b"9;PWNED", b"l", b"$qm", b"+q544e",
    b"q#0;2;0;0;0~~@@vv@@", b"Gi=1,a=q;PWNED", b"1$tx",
)  # fmt: skip
SINGLE: Final = (
    b"c",
    b"#8",
    b"(0",
    b"7",
    b"8",
    b"D",
    b"M",
    b"E",
    b"H",
    b"=",
    b">",
    b"N",
    b"Z",
    b"",
)


PAGES: Final = 16
"""That are looked at of a log, from its end upwards, besides its beginning."""


def payloads() -> Iterator[bytes]:
    """Yield lines of a log."""
    for begin in (b"\x1b[", b"\x9b", "\x9b".encode()):
        yield from (b"csi" + begin + rest + b"after" for rest in CSI)
    for at, code in enumerate(b"]PX^_"):
        for lead in (b"\x1b%c" % code, b"%c" % (code + 0x40), chr(code + 0x40).encode()):
            for end in (b"\x07", b"\x1b\\", b"\x9c", "\x9c".encode(), b""):
                texts = STRINGS[at % 3 :: 3]
                yield from (b"str" + lead + text + end + b"after" for text in texts)
    yield from (b"esc\x1b" + rest + b"after" for rest in SINGLE)
    yield from (b"c0%cafter" % code for code in range(32) if code != 10)
    yield from (b"c1" + bytes([code]) + chr(code).encode() for code in range(0x80, 0xA0))
    yield from (text.encode("utf-8", "surrogatepass") for kind in KINDS.values() for text in kind)
    yield b"e" + "\u0301".encode() * 50_000
    yield b"million\x1b[" + b"1;" * 500_000 + b"%bm" % ODD
    yield b"safe\r\x1b[2Joverwritten\x1b"
    yield b"]52;c;UFdORUQ=\x07 an escape is the end of the line before"
    yield b"x" * 16_383 + b"\x1b]0;PWNED\x07 between two messages"
    yield b"x" * 65_535 + b"\x1b]0;PWNED\x07 between two pieces"
    yield b"\xed\xa0\x80\xc0\x9b\xf5\x80\x80\x80 no UTF-8"


ALLOWED: Final = re.compile(
    rb"\x1b\[\d*(?:;\d*)?H|\x1b\[\d*C|\x1b\[[0-9;]*m|\x1b\[\?2026[hl]|\x1b\[\?25[hl]"
    rb"|\x1b\[(?:\d+;\d+)?r|\x1b\[\d*[LM]"
)
"""What the driver sends while the app runs: cursor, colours, frames, scrolling."""

OWN_STRINGS: Final = re.compile(rb"\x1b\](?:52;c;[A-Za-z0-9+/=]*|22;[a-z]+)\x07")
"""Copies, and the pointer's shape."""

_CONTROL: Final = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|.)?|[\x00-\x1f\x7f]", re.DOTALL)


def assert_clean(output: bytes, *, copied: int = 0) -> None:
    """Nothing is in the output but text, allowed sequences, and so many copies."""
    found = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", output)
    assert len(found) == copied
    for one in found:
        assert all(harmless(char) or char == "\n" for char in base64.b64decode(one).decode())
    output = OWN_STRINGS.sub(b"", output)
    for sequence in _CONTROL.findall(output):
        if sequence not in (b"\r", b"\n"):
            assert ALLOWED.fullmatch(sequence), output[max(output.index(sequence) - 9, 0) :][:99]
            assert ODD not in sequence, sequence
    text = _CONTROL.sub(b"", output).decode()
    odd = [char for char in text if not harmless(char)]
    assert not odd, odd[:9]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}


def hostile(maker: ImageMaker, name: str, data: bytes, *, tty: bool) -> None:
    """Run a container that writes data; its labels, environment and command are hostile too."""
    api = maker.api
    image = maker.name("box:1")
    if not api.images(image):
        maker.load(runnable(image))
    words = [text for text in KINDS["escapes"] if text.isprintable() or "\0" not in text]
    made = api.create_container(
        image,
        ["sh", "-c", "cat /data", *words],
        name=f"{maker.prefix}-{name}",
        tty=tty,
        labels={f"label{at}": word for at, word in enumerate(words)},
        environment=[f"WORD{at}={word}" for at, word in enumerate(words)],
        host_config=api.create_host_config(network_mode="none"),
    )
    maker.adopt(containers=[made["Id"]])
    api.put_archive(made["Id"], "/", make_layer({"data": data}))
    api.start(made["Id"])
    until(lambda: not api.inspect_container(made["Id"])["State"]["Running"], "it has written all")


class Hand:
    """Presses keys and waits for what they show."""

    def __init__(self, terminal: PseudoTerminal) -> None:
        self.terminal = terminal

    def see(self, keys: str, *texts: str) -> None:
        """Press keys; all texts must come."""
        self.terminal.press(keys)
        self.terminal.wait_for(lambda shown: all(text in shown for text in texts), f"{texts}")

    def begin(self) -> int:
        """Show the containers of this test; returns how much was written until then."""
        self.terminal.wait_for(lambda text: "REPOSITORY" in text, "the images")
        self.see("2", "Containers")
        return len(self.terminal.output)

    def through(self, *, pages: int) -> None:
        """Go through a log from its end upwards."""
        for _ in range(pages):
            self.terminal.press("b")
            self.terminal.drain(0.02)
        self.terminal.press("g")
        self.terminal.drain()


@pytest.mark.parametrize(("tty", "size"), [(False, (80, 24)), (True, (120, 40))])
def test_a_log_does_nothing_to_the_terminal(
    maker: ImageMaker, engine_host: str, environ: dict[str, str], tty: bool, size: tuple[int, int]
) -> None:
    data = b"\n".join(payloads()) + b"\nthe last line\n"
    hostile(maker, "one", data, tty=tty)
    with PseudoTerminal(["--host", engine_host], environ=environ, size=size) as terminal:
        hand = Hand(terminal)
        start = hand.begin()
        hand.see(f"/{maker.prefix}\r", "filter:")
        hand.see("l", "the last line")
        hand.through(pages=PAGES)
        hand.see("G", "the last line")
        hand.see("w", "wrapped")
        hand.through(pages=PAGES)
        hand.see("G", "the last line")
        hand.see("w", "cut")
        hand.see("t", "\n20")
        hand.see(" \x1b[C\x1b[C", "PAUSED")
        hand.see("/after|PWNED|evil\r", "/ after")
        for key in "nNNNN":
            terminal.press(key)
            terminal.drain()
        hand.see("&PWNED\r", "& PWNED")
        hand.see("c", "copied")
        hand.see("q", "filter:")
        hand.see("i", "Restarts")
        hand.see("G", "label0")
        hand.see("J", "docker inspect -f")
        hand.see("E", "PWNED")
        terminal.drain()
        assert_clean(terminal.output[start:], copied=1)
        terminal.press("qqq")
        assert terminal.wait_for_end() == 0
        assert terminal.oddities() == []


def test_merged_logs_jobs_and_exec_do_nothing_either(
    maker: ImageMaker, engine_host: str, environ: dict[str, str], tmp_path: Path
) -> None:
    data = b"\n".join(payloads()) + b"\nthe last line\n"
    hostile(maker, "one", data, tty=False)
    hostile(maker, "two", data, tty=True)
    with PseudoTerminal(["--host", engine_host], environ=environ, size=(120, 40)) as terminal:
        hand = Hand(terminal)
        start = hand.begin()
        hand.see(f"/{maker.prefix}\r", "filter:")
        hand.see("al", "the last line")
        hand.through(pages=PAGES)
        hand.see("G", "the last line")
        hand.see("q", "marked")
        hand.see("e", "Run a command")
        hand.see("\x1b", "marked")
        terminal.drain()
        assert_clean(terminal.output[start:])


def test_ten_megabytes_without_an_end_do_nothing(
    maker: ImageMaker, engine_host: str, environ: dict[str, str]
) -> None:
    hostile(maker, "one", b"begin\x1b]52;c;" + b"QUFB" * 2_500_000, tty=False)
    with PseudoTerminal(["--host", engine_host], environ=environ, size=(80, 24)) as terminal:
        hand = Hand(terminal)
        start = hand.begin()
        hand.see(f"/{maker.prefix}\r", "filter:")
        hand.see("l", "QUFB", "ended")
        hand.see("w", "wrapped")
        hand.through(pages=5)
        assert_clean(terminal.output[start:])
        terminal.press("qq")
        assert terminal.wait_for_end() == 0
