"""Record what an Engine does, compare it with the practice engine, print the table.

    python -m tests.contract --record HOST REGISTRY FILE   plays all scenarios on a real Engine
    python -m tests.contract --compare FILE...             prints what is not listed as different
    python -m tests.contract --table FILE...               writes TABLE.md beside this file

FILE is JSON; `build/contract/` is a good place. The recording of Docker 20.10 that comes with the
tests is always part of a table.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.contract.record import RECORDED, Recording, compare, load, play_all, save
from tests.contract.site import practice_site, real_site
from tests.contract.table import markdown
from tests.contract.verdict import told, unused

TABLE = Path(__file__).with_name("TABLE.md")


def main() -> int:
    """Do what the command line says; 1 when something unlisted differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract", description=__doc__)
    parser.add_argument("--record", nargs=3, metavar=("HOST", "REGISTRY", "FILE"))
    parser.add_argument("--compare", nargs="*", metavar="FILE", type=Path)
    parser.add_argument("--table", nargs="*", metavar="FILE", type=Path)
    chosen = parser.parse_args()
    if chosen.record:
        host, registry, file = chosen.record
        with real_site(host, registry) as site:
            save(play_all(site), Path(file))
    if chosen.compare is None and chosen.table is None:
        return 0
    with practice_site() as site:
        ours = play_all(site)
    files = dict.fromkeys([RECORDED, *(chosen.compare or ()), *(chosen.table or ())])
    recordings = {found.label: found for found in map(load, files)}
    if chosen.table is not None:
        TABLE.write_text(markdown(ours, [*recordings.values()]))
    return max(_report(ours, each) for each in recordings.values())


def _report(ours: Recording, theirs: Recording) -> int:
    verdicts = compare(ours, theirs)
    wrong = {name: verdict for name, verdict in verdicts.items() if verdict.unlisted}
    for name, verdict in wrong.items():
        _say(f"{theirs.label}, {name}\n{told(verdict.unlisted)}")
    idle = unused(theirs.label, verdicts.values())
    for entry in idle:
        _say(f"{theirs.label}: no longer different: {', '.join(entry.where)}")
    keys = sum(len(verdict.unlisted) for verdict in wrong.values())
    _say(f"{theirs.label}: {len(verdicts)} scenarios, {keys} unlisted differences")
    return int(bool(wrong or idle))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


sys.exit(main())
