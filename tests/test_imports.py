"""What each part of orlop loads, proven in processes of their own.

The contracts in pyproject.toml read the source; these tests ask Python what was really loaded.
"""

from __future__ import annotations

import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import tui

ROOT: Final = Path(__file__).parents[1]
TOOLKIT: Final = ("textual", "rich")
CLIENT: Final = ("docker", "requests", "urllib3")

MODULES: Final = tuple(
    sorted(module.name for module in pkgutil.walk_packages(tui.__path__, prefix="tui."))
)
BELOW_UI: Final = tuple(name for name in MODULES if not f"{name}.".startswith("tui.ui."))
APART: Final = tuple(name for name in BELOW_UI if not f"{name}.".startswith("tui.engine."))
"""Below the user interface and not of the one package that talks to Docker."""


def _loaded(modules: tuple[str, ...], unwanted: tuple[str, ...]) -> list[str]:
    """Import modules in a new Python and list the unwanted packages that came with them."""
    code = f"import sys, {', '.join(modules)}; print(*(sys.modules.keys() & {set(unwanted)!r}))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def _culprits(modules: tuple[str, ...], unwanted: tuple[str, ...]) -> dict[str, list[str]]:
    """Return what each module loads that it should not; one process when there is nothing."""
    if not _loaded(modules, unwanted):
        return {}
    found = {name: _loaded((name,), unwanted) for name in modules}
    return {name: packages for name, packages in found.items() if packages}


def test_the_packages_are_found() -> None:
    """A walk that finds nothing would let every other test here pass."""
    assert {"tui.i18n", "tui.model", "tui.store", "tui.actions"} <= set(APART)


def test_nothing_below_ui_loads_the_toolkit() -> None:
    assert _culprits(BELOW_UI, TOOLKIT) == {}


def test_nothing_but_the_engine_package_loads_the_client() -> None:
    assert _culprits(APART, CLIENT) == {}


def test_the_app_is_painted_before_the_client_is_loaded() -> None:
    assert _loaded(("tui.ui.app",), CLIENT) == []


def test_every_package_is_under_the_contracts() -> None:
    """A new package must be named in the contracts about what it may import."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    forbidden = [
        (set(contract["source_modules"]), set(contract["forbidden_modules"]))
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "forbidden"
    ]
    tops = {".".join(name.split(".")[:2]) for name in MODULES} - {"tui.__main__"}
    for sources, modules in forbidden:
        assert tops - _exempt(modules) <= sources


def _exempt(forbidden: set[str]) -> set[str]:
    """The packages that a contract about these modules need not name."""
    if "textual" in forbidden:
        return {"tui.ui", "tui.cli"}
    if "tui.practice" in forbidden:
        return {"tui.practice", "tui.arguments", "tui.cli"}
    if "tui.engine" in forbidden:  # the practice engine's own
        return forbidden | {"tui.model", "tui.i18n", "tui.arguments", "tui.cli"}
    return {"tui.engine"}


def test_the_app_starts_without_the_practice_engine() -> None:
    unwanted = ("tui.practice", "tui.engine.practice")
    assert _loaded(("tui.cli", "tui.ui.launch"), unwanted) == []
