"""The small programs of a Unix system: those that need no files. `filetools` has the others."""

from __future__ import annotations

import math
import time
from typing import Final

from tui.practice.containers.calls import Run, Tool
from tui.practice.containers.process import FOREVER, Program, Until
from tui.practice.containers.signals import NUMBERS
from tui.practice.nodes import Kind

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_ESCAPES: Final = {
    "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "b": "\b", "e": "\x1b", "0": "\0",
}  # fmt: skip


def _echo(run: Run) -> int:
    words = list(run.arguments)
    ends, escapes = "\n", False
    while words and words[0] in {"-n", "-e", "-en", "-ne", "-E"}:
        option = words.pop(0)
        ends = "" if "n" in option else ends
        escapes = escapes or "e" in option
    text = " ".join(words)
    text = unescaped(text) if escapes else text
    run.streams.out((text + ends).encode("utf-8", "surrogateescape"))
    return 0


def unescaped(text: str) -> str:
    r"""Return a text with `\n` and the like filled in."""
    found, at = "", 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] in _ESCAPES:
            found += _ESCAPES[text[at + 1]]
            at += 2
        else:
            found += text[at]
            at += 1
    return found


def _printf(run: Run) -> int:
    if not run.arguments:
        return run.fail("usage: printf format [arguments]", 2)
    template, values = unescaped(run.arguments[0]), run.arguments[1:]
    while True:
        before = len(values)
        run.streams.out(_formatted(template, values).encode("utf-8", "surrogateescape"))
        if not values or len(values) == before:
            return 0


def _formatted(template: str, values: list[str]) -> str:
    """Return a template with values filled in; they are taken out of the list."""
    found, at = "", 0
    while at < len(template):
        if template[at] != "%" or at + 1 >= len(template):
            found, at = found + template[at], at + 1
            continue
        end = at + 1
        while end < len(template) - 1 and template[end] in "-+ 0123456789.":
            end += 1
        letter, flags = template[end], template[at + 1 : end]
        if letter == "%":
            found += "%"
        else:
            value = values.pop(0) if values else ""
            found += _one_value(flags, letter, value)
        at = end + 1
    return found


def _one_value(flags: str, letter: str, value: str) -> str:
    if letter in "di":
        number = int(value) if value.lstrip("-").isdecimal() else 0
        return f"%{flags}d" % number
    if letter == "f":
        return f"%{flags}f" % (float(value) if value.replace(".", "", 1).isdecimal() else 0.0)
    return f"%{flags}s" % (unescaped(value) if letter == "b" else value)


def _sleep(run: Run) -> Program:
    seconds = 0.0
    for word in run.arguments:
        number, unit = (word[:-1], word[-1]) if word[-1:] in _UNITS else (word, "s")
        if not number.replace(".", "", 1).isdecimal() and number != "infinity":
            return run.fail(f"invalid number '{word}'")
        seconds += math.inf if number == "infinity" else float(number) * _UNITS[unit]
    if not run.arguments:
        return run.fail("missing operand")
    yield Until(run.machine.now + seconds)
    return 0


def _env(run: Run) -> int:
    for name, value in run.env.items():
        run.say(f"{name}={value}")
    return 0


def _date(run: Run) -> int:
    form = next((word[1:] for word in run.arguments if word.startswith("+")), "")
    moment = time.gmtime(run.machine.now)
    form = form.replace("%s", str(int(run.machine.now))).replace("%N", "000000000")
    run.say(time.strftime(form or "%a %b %e %H:%M:%S UTC %Y", moment))
    return 0


def _hostname(run: Run) -> int:
    endpoint = run.machine.container.endpoint
    wants_address = "-i" in run.arguments or "-I" in run.arguments
    run.say(endpoint.address if wants_address and endpoint else run.machine.container.hostname)
    return 0


def _id(run: Run) -> int:
    user = run.machine.process.user
    is_root = user in {"root", "0"}
    number = "0" if is_root else user if user.isdecimal() else "1000"
    letters, _operands, _values = run.split()
    if "u" in letters:
        run.say(("root" if is_root else user) if "n" in letters else number)
    else:
        name = "root" if is_root else user
        run.say(f"uid={number}({name}) gid={number}({name}) groups={number}({name})")
    return 0


def _whoami(run: Run) -> int:
    run.say("root" if run.machine.process.user in {"root", "0"} else run.machine.process.user)
    return 0


def _uname(run: Run) -> int:
    letters, _operands, _values = run.split()
    fields = {
        "s": "Linux", "n": run.machine.container.hostname, "r": "6.1.0-practice",
        "v": "#1 SMP PREEMPT_DYNAMIC", "m": "x86_64", "o": "GNU/Linux",
    }  # fmt: skip
    chosen = fields if "a" in letters else [letter for letter in fields if letter in letters] or "s"
    run.say(" ".join(fields[letter] for letter in chosen))
    return 0


def _ps(run: Run) -> int:
    has_args = bool(run.arguments)
    run.say(
        "UID          PID    PPID  C STIME TTY          TIME CMD"
        if has_args
        else "    PID TTY          TIME CMD"
    )
    processes = [*run.machine.container.processes()]
    if run.machine.process not in processes:
        processes.append(run.machine.process)
    shown = [(x, x.command, 1 if x.is_first else x.pid) for x in processes]
    shown.append((run.machine.process, run.words, max(number for _x, _c, number in shown) + 1))
    for process, command, number in shown:
        tty = "pts/0" if process.terminal else "?"
        if has_args:
            start = time.strftime("%H:%M", time.gmtime(process.started))
            spelled = " ".join(command)
            run.say(f"{process.user:8} {number:7} {0:7}  0 {start} {tty:8} 00:00:00 {spelled}")
        else:
            run.say(f"{number:7} {tty:8} 00:00:00 {command[0].rpartition('/')[2]}")
    return 0


def _kill(run: Run) -> int:
    signal, numbers = 15, []
    for word in run.arguments:
        name = word.lstrip("-").upper().removeprefix("SIG")
        if word.startswith("-") and (name in NUMBERS or name.isdecimal()):
            signal = int(name) if name.isdecimal() else NUMBERS[name]
        elif word.isdecimal():
            numbers.append(int(word))
        elif word != "-s":
            return run.fail(f"invalid number '{word}'")
    known = {1 if x.is_first else x.pid: x for x in run.machine.container.processes()}
    status = 0
    for number in numbers:
        process = known.get(number)
        if process is None:
            status = run.fail(f"can't kill pid {number}: No such process")
        elif process is not run.machine.process and (signal != 9 or not process.is_first):
            process.deliver(signal, run.machine.now)
    return status


def _test(run: Run) -> int:
    words = list(run.arguments)
    if run.name == "[":
        if words[-1:] != ["]"]:
            return run.fail("missing ]", 2)
        words.pop()
    return int(not tested(run, words))


def tested(run: Run, words: list[str]) -> bool:
    """Return whether the condition of `test` holds."""
    for joint, how in (("-o", any), ("-a", all)):
        if joint in words[1:-1]:
            at = words.index(joint, 1)
            return how((tested(run, words[:at]), tested(run, words[at + 1 :])))
    if words[:1] == ["!"]:
        return not tested(run, words[1:])
    if len(words) == 3:
        return _compared(*words)
    if len(words) == 2:
        return _is(run, *words)
    return bool(words and words[0])


def _is(run: Run, sign: str, word: str) -> bool:
    if sign in {"-n", "-z"}:
        return bool(word) == (sign == "-n")
    path = run.machine.where(word, last=sign not in {"-L", "-h"})
    node = None if path is None else run.machine.tree.get(path)
    if node is None:
        return False
    kinds = {"-f": Kind.FILE, "-d": Kind.DIRECTORY, "-L": Kind.SYMLINK, "-h": Kind.SYMLINK}
    if sign in kinds:
        return node.kind is kinds[sign]
    if sign == "-x":
        return bool(node.mode & 0o111)
    return sign != "-s" or bool(node.content)


def _compared(left: str, sign: str, right: str) -> bool:
    if sign in {"=", "==", "!="}:
        return (left == right) != (sign == "!=")
    try:
        first, second = int(left), int(right)
    except ValueError:
        return False
    return {
        "-eq": first == second, "-ne": first != second, "-lt": first < second,
        "-le": first <= second, "-gt": first > second, "-ge": first >= second,
    }.get(sign, False)  # fmt: skip


def _seq(run: Run) -> int:
    numbers = [int(word) for word in run.arguments if word.lstrip("-").isdecimal()]
    if not 1 <= len(numbers) <= 3 or len(numbers) != len(run.arguments):
        return run.fail("invalid arguments")
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) == 3 else 1
    if not step:
        return run.fail("increment must not be 0")
    for number in range(first, numbers[-1] + (1 if step > 0 else -1), step):
        run.say(str(number))
    return 0


def _pwd(run: Run) -> int:
    run.say(run.machine.cwd)
    return 0


def _tty(run: Run) -> int:
    has = run.machine.process.terminal is not None
    run.say("/dev/pts/0" if has else "not a tty")
    return int(not has)


def _clear(run: Run) -> int:
    run.streams.out(b"\x1b[H\x1b[2J")
    return 0


def _forever(_run: Run) -> Program:
    yield FOREVER
    return 0


TOOLS: Final[dict[str, Tool]] = {
    ":": lambda _run: 0,
    "[": _test,
    "clear": _clear,
    "date": _date,
    "echo": _echo,
    "env": _env,
    "false": lambda _run: 1,
    "hostname": _hostname,
    "id": _id,
    "kill": _kill,
    "pause": _forever,
    "printenv": _env,
    "printf": _printf,
    "ps": _ps,
    "pwd": _pwd,
    "seq": _seq,
    "sleep": _sleep,
    "sync": lambda _run: 0,
    "test": _test,
    "true": lambda _run: 0,
    "tty": _tty,
    "umask": lambda _run: 0,
    "uname": _uname,
    "whoami": _whoami,
}
