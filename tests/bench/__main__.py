"""Measures orlop and prints one table.

    python -m tests.bench [--runs N] [--quick] [--json FILE]
    python -m tests.bench --soak [--minutes N]

Needs root and dockerd for two private Engines (10 images; 1,000 images and 500 containers);
with --practice nothing: then it measures on the practice engine alone.
With ORLOP_ENGINE_DIR set they stay for the next run. The milliseconds are those of one machine:
compare ratios, and runs of one afternoon.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import signal
import sys
import sysconfig
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tests.bench.figures import Line, Series, line, table
from tests.bench.fluid import lines_of_fluidity
from tests.bench.layers import lines_of_layers
from tests.bench.measures import (
    Keys,
    Measured,
    Size,
    first_key,
    requests_of_start,
    start_of_hello,
    start_of_orlop,
    use,
    wake_up,
)
from tests.bench.practice import lines_of_practice
from tests.bench.world import World, engine_for_layers, world

TORRENT: Final = 20.0
"""Seconds of each log without end."""

SIZES: Final[tuple[Size, ...]] = ((120, 40), (80, 24))


def arguments() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--runs", type=int, default=9, help="starts of each program (default 9)")
    parser.add_argument("--uses", type=int, default=3, help="runs with 40 keys and 20 s idle (3)")
    parser.add_argument("--quick", action="store_true", help="3 starts, one run of keys, 5 s idle")
    parser.add_argument(
        "--practice", action="store_true", help="on the practice engine alone: needs no Docker"
    )
    parser.add_argument("--layers", action="store_true", help="the files of a large image alone")
    parser.add_argument(
        "--soak", action="store_true", help="200 containers, 20 of which write much, alone"
    )
    parser.add_argument(
        "--torrent", action="store_true", help="a log of 50,000 lines a second alone: no Docker"
    )
    parser.add_argument(
        "--minutes", type=float, default=10, help="of --soak, at each size (default 10)"
    )
    parser.add_argument("--registry", action="store_true", help="the registry of one's own alone")
    parser.add_argument("--json", metavar="FILE", help="every value as JSON as well")
    return parser


def main() -> int:
    """Measure; 1 when a goal is missed."""
    options = arguments().parse_args()
    if options.quick:
        options.runs, options.uses = 3, 1
    compile_all()
    before = os.getloadavg()
    if options.registry:
        from tests.bench.registry import lines_of_registries

        say(table("registry of one's own", lines_of_registries(min(options.runs, 5))))
        return 0
    if options.soak or options.torrent:
        return soak(options.minutes if options.soak else 0)
    lines: list[Line] = []
    values: dict[str, dict[str, list[float]]] = {}
    for size in () if options.layers else SIZES:
        found = lines_of_practice(
            size, runs=options.runs, uses=options.uses, idle=5.0 if options.quick else 20.0
        )
        say(table(f"practice engine, {size[0]}x{size[1]}", found) + "\n")
        lines += found
    if not options.practice:
        measure_layers(options, lines)
    if not options.practice and not options.layers:
        measure_engines(options, lines, values)
    loads = f"load {before[0]:.2f} before, {os.getloadavg()[0]:.2f} after"
    say(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, {loads}")
    missed = [row for row in lines if row.verdict.isupper()]
    say("All goals reached." if not missed else f"{len(missed)} goals not reached.")
    if options.json:
        Path(options.json).write_text(json.dumps({"loads": loads, "values": values}, indent=1))
    return bool(missed)


def soak(minutes: float) -> int:
    """Measure what much movement does; 1 when a goal is missed. No minutes: torrents alone."""
    from tests.bench.soak import lines_of_soak
    from tests.bench.torrent import lines_of_torrents

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is then ended
    lines: list[Line] = []
    for size in SIZES:
        name = f"{size[0]}x{size[1]}"
        found = lines_of_torrents(size, TORRENT)
        say(table(f"one log without end, {name}", found) + "\n")
        lines += found
        if minutes:
            found = lines_of_soak(size, minutes)
            title = f"200 containers, 20 write 1,000 lines a second, {name}"
            say(table(title, found) + "\n")
            lines += found
    say(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.2f}")
    missed = [row for row in lines if row.verdict.isupper()]
    say("All goals reached." if not missed else f"{len(missed)} goals not reached.")
    return bool(missed)


def measure_layers(options: argparse.Namespace, lines: list[Line]) -> None:
    """Measure the sources of listings; what is found is added to `lines`."""
    with engine_for_layers() as socket:
        found = lines_of_layers(socket, runs=1 if options.quick else 3)
    say(table("files of a large image", found) + "\n")
    lines += found
    found = lines_of_fluidity()
    say(table("half a million files on the screen", found) + "\n")
    lines += found


def measure_engines(
    options: argparse.Namespace, lines: list[Line], values: dict[str, dict[str, list[float]]]
) -> None:
    """Measure on real Engines; what is found is added to `lines` and `values`."""
    with world() as engines:
        for size in SIZES:
            measured, cost = measure(engines, size, options)
            found = [*lines_of(measured, cost), *lines_of_requests(engines, size)]
            name = f"{size[0]}x{size[1]}"
            say(table(name, found) + "\n")
            lines += found
            values[name] = {key: series.values for key, series in measured.items()}
            values[name] |= {f"key {key}": item["values"] for key, item in asdict(cost).items()}


def say(text: str) -> None:
    """Print, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def compile_all() -> None:
    """Compile what the children import, as an installation does."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for folder in ("tui", str(Path(__file__).parent), sysconfig.get_path("purelib")):
        compileall.compile_dir(folder, quiet=2)


def measure(engines: World, size: Size, options: argparse.Namespace) -> tuple[Measured, Keys]:
    """Take all values at one size, both programs in turn."""
    measured: Measured = {}
    start_of_hello(size, {})  # the first of each is only to fill the caches
    start_of_orlop(engines.many, size, {})
    for _ in range(options.runs):
        start_of_hello(size, measured)
        start_of_orlop(engines.many, size, measured)
        first_key(engines.many, size, measured)
    cost = Keys()
    for _ in range(options.uses):
        one = use(engines.many, size, measured, idle=5.0 if options.quick else 20.0)
        cost.settled.values += one.settled.values
        cost.size.values += one.size.values
        cost.cpu.values += one.cpu.values
    wake_up(engines.many, size, measured)
    return measured, cost


def lines_of(measured: Measured, cost: Keys) -> list[Line]:
    """Return the rows of the table, with their goals."""
    ratios = Series(
        [
            mine / bare
            for mine, bare in zip(
                measured["images"].values, measured["hello start"].values, strict=True
            )
        ]
    )
    ratio = measured["images"].median / measured["hello start"].median
    mean = sum(cost.size.values) / len(cost.size.values)
    return [
        line("bare Textual app: first paint", measured["hello start"], "ms"),
        line("first paint", measured["paint"], "ms"),
        line("1,000 images shown", measured["images"], "ms"),
        Line("... / bare Textual app", f"{ratio:.2f} (pairs: {ratios})", ratio, 1.5),
        line("a key typed at the first paint: answered", measured["first key"], "ms"),
        line("CPU until images shown", measured["images cpu"], "ms"),
        line("CPU until all is quiet", measured["start cpu"], "ms"),
        line("bytes until all is quiet", measured["start bytes"], "B"),
        line("key down: settled", cost.settled, "ms"),
        line("key down: settled, p95", cost.settled, "ms", goal=20, part=0.95),
        line("key down: bytes", cost.size, "B"),
        Line("key down: bytes, mean", f"{mean:,.0f} B, n={len(cost.size.values)}", mean, 1500),
        line("key down: bytes, p95", cost.size, "B", goal=1500, part=0.95),
        line("key down: CPU", cost.cpu, "ms"),
        line("idle: bytes", measured["idle bytes"], "B", goal=0),
        line("idle: CPU", measured["idle cpu"], "%", goal=0.3),
        line("idle: wakeups", measured["idle wakeups"], "a second"),
        line("peak memory after a start", measured["start memory"], "MB"),
        line("peak memory after the keys", measured["memory"], "MB"),
        line("quit", measured["quit"], "ms"),
        line("bare Textual app: quit", measured["hello quit"], "ms"),
        line("tag made elsewhere until its row", measured["wake-up"], "ms", goal=500),
    ]


def lines_of_requests(engines: World, size: Size) -> list[Line]:
    """Return the rows about Engine requests: as many for 1,000 images as for 10."""
    with tempfile.TemporaryDirectory(prefix="orlop-", dir="/tmp") as folder:
        few = requests_of_start(engines.few, size, f"{folder}/few.sock")
        many = requests_of_start(engines.many, size, f"{folder}/many.sock")
    return [
        line("requests of a start, 10 images", Series([len(few.start)]), ""),
        line("... 1,000 images", Series([len(many.start)]), "", goal=len(few.start)),
        line("then for the rows in sight, 10 images", Series([few.facts]), ""),
        line("... 1,000 images: two a row", Series([many.facts]), "", goal=2 * size[1]),
    ]


if __name__ == "__main__":
    sys.exit(main())
