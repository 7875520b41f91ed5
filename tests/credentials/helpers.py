"""A credential helper for tests: keeps logins in a file beside itself, as the protocol asks."""

from __future__ import annotations

import json
import sys
from pathlib import Path

_CODE = """#!{python}
import json, os, pathlib, sys
kept = pathlib.Path({kept!r})
logins = json.loads(kept.read_text()) if kept.exists() else {{}}
verb, given = sys.argv[1], sys.stdin.read()
with open({kept!r} + ".seen", "a") as seen:
    print(sys.argv, dict(os.environ), file=seen)
if verb == "list":
    print(json.dumps({{key: one["Username"] for key, one in logins.items()}}))
elif verb == "store":
    one = json.loads(given)
    logins[one["ServerURL"]] = one
elif given.strip() not in logins:
    print("credentials not found in native keychain")
    sys.exit(1)
elif verb == "get":
    print(json.dumps(logins[given.strip()]))
elif verb == "erase":
    del logins[given.strip()]
kept.write_text(json.dumps(logins))
"""


class Helper:
    """`docker-credential-NAME` in a folder that a test puts into PATH."""

    def __init__(self, folder: Path, name: str = "fake") -> None:
        self.name = name
        self.kept = folder / f"{name}.json"
        self.program = folder / f"docker-credential-{name}"
        self.program.write_text(_CODE.format(python=sys.executable, kept=str(self.kept)))
        self.program.chmod(0o755)

    @property
    def logins(self) -> dict[str, dict[str, str]]:
        """What it keeps, by server."""
        return json.loads(self.kept.read_text()) if self.kept.exists() else {}

    @property
    def seen(self) -> str:
        """The arguments and the environments that it was called with, which others can read."""
        return Path(f"{self.kept}.seen").read_text()

    def breaks(self, says: str) -> None:
        """Have it fail from now on, repeating all that it was given."""
        code = f"import sys; print({says!r}, sys.stdin.read()); sys.exit(1)"
        self.program.write_text(f"#!{sys.executable}\n{code}\n")

    def forgets(self) -> None:
        """Have it take what it is told to store, and keep nothing, as those of a cloud do."""
        code = "import sys; sys.exit(print('credentials not found') or sys.argv[1] == 'get')"
        self.program.write_text(f"#!{sys.executable}\n{code}\n")
