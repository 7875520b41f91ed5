from __future__ import annotations

import pytest

from tests.practice.vessels import output, run, vessel
from tui.practice.containers.process import Input
from tui.practice.containers.terminal import Terminal


def said(script: str) -> str:
    hold, _clock = vessel()
    return output(run(hold, "sh", "-c", script))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo a b", "a b\n"),
        ("echo 'a  b' \"c  d\" e\\ f", "a  b c  d e f\n"),
        ("echo -n x; echo y", "xy\n"),
        ("A=5; echo $A ${A}x ${B:-none} $((A * 2 + 1))", "5 5x none 11\n"),
        ("for i in 1 2 3; do echo $i; done", "1\n2\n3\n"),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done", "1\n2\n3\n"),
        ("if [ -f /etc/motd ]; then echo yes; else echo no; fi", "yes\n"),
        ("test -d /nosuch && echo yes || echo no", "no\n"),
        ("false; echo $?; true; echo $?", "1\n0\n"),
        ("cat /etc/motd | wc -l", "1\n"),
        ("echo 1 > /tmp/x; echo 2 >> /tmp/x; cat /tmp/x", "1\n2\n"),
        ("echo x$(echo y)z", "xyz\n"),
        ("cd /etc && pwd; cd; pwd", "/etc\n/root\n"),
        ("mkdir -p /tmp/a/b; touch /tmp/a/b/c; ls /tmp/a/b; rm -r /tmp/a; ls /tmp", "c\n"),
        ("echo /etc/mo*", "/etc/motd\n"),
        ("(cd /etc; pwd); pwd", "/etc\n/\n"),
        ('set -- a b c; shift; echo $# $1 "$@"', "2 b b c\n"),
        ("export X=1; sh -c 'echo $X$Y'", "1\n"),
        ("nosuch 2>/dev/null; echo $?", "127\n"),
        ("trap 'echo bye' TERM; echo set", "set\n"),
        ("hostname | grep -c .", "1\n"),
        ("exit 0; echo never", ""),
    ],
)
def test_a_script(script: str, expected: str) -> None:
    assert said(script) == expected


def test_complaints() -> None:
    hold, _clock = vessel()
    container = run(hold, "sh", "-c", "echo never; echo (", name="one")
    assert output(container, 2) == 'sh: syntax error: unexpected "("\n'
    assert (output(container), container.state.exit_code) == ("", 2)
    container = run(hold, "sh", "-c", "nosuch; ls /nosuch", name="two")
    assert output(container, 2).splitlines() == [
        "sh: nosuch: not found",
        "ls: cannot access '/nosuch': No such file or directory",
    ]
    assert container.state.exit_code == 2


def test_set_e_ends_the_script() -> None:
    hold, _clock = vessel()
    container = run(hold, "sh", "-ec", "echo a; false; echo b")
    assert output(container) == "a\n"
    assert container.state.exit_code == 1


def test_a_trap_makes_a_shell_heed_a_signal() -> None:
    hold, clock = vessel()
    container = run(hold, "sh", "-c", "trap 'echo bye; exit 3' TERM; sleep 1000")
    assert container.process is not None
    with hold.lock:
        container.process.deliver(15, clock())
    assert output(container) == "bye\n"
    assert container.state.exit_code == 3


def test_an_endless_loop_lets_others_go_on() -> None:
    hold, clock = vessel()
    container = run(hold, "sh", "-c", "while true; do echo x; done")
    assert container.state.running
    before = container.log.count
    clock.now += 0.06
    hold.containers.run_due()
    assert container.log.count > before


def test_a_program_of_the_image_only() -> None:
    hold, _clock = vessel()
    container = run(hold, "sh", "-c", "uname; echo $?")
    assert output(container) == "127\n"  # this image has no uname


def _terminal() -> tuple[Terminal, Input, bytearray, list[int]]:
    stdin, echoed, signals = Input(), bytearray(), list[int]()
    return Terminal(stdin, echoed.extend, signals.append), stdin, echoed, signals


def test_a_terminal_hands_on_corrected_lines() -> None:
    terminal, stdin, echoed, _signals = _terminal()
    terminal.feed(b"lz\x7fs\r")
    assert bytes(stdin.data) == b"ls\n"
    assert bytes(echoed) == b"lz\b \bs\n"


def test_a_terminal_recalls_lines() -> None:
    terminal, stdin, _echoed, _signals = _terminal()
    terminal.feed(b"one\rtwo\r\x1b[A\x1b[A\r")
    assert bytes(stdin.data) == b"one\ntwo\none\n"


def test_control_keys() -> None:
    terminal, stdin, _echoed, signals = _terminal()
    terminal.feed(b"abc\x03")
    assert signals == [2]
    terminal.feed(b"x\x15\x04")
    assert stdin.is_closed
    assert not stdin.data
