"""The app on a hostile Engine, to be run in a terminal of its own."""

from __future__ import annotations

import sys

from tests.ui.hostile import KINDS, World
from tests.ui.stage import StageSession
from tui.ui.app import OrlopApp
from tui.ui.driver import driver_class
from tui.ui.terminal import judge, original_environ

WORLD = World(KINDS[sys.argv[1]])


class HostileSession(StageSession):
    """Tells at once all that the hostile Engine has to say."""

    def start(self) -> None:
        for event in WORLD.told():
            self._say(event)


if __name__ == "__main__":
    facts = judge(original_environ(), stdin_isatty=True, stdout_isatty=True)
    app = OrlopApp(WORLD.endpoint, facts, make_session=HostileSession)
    app.driver_class = driver_class() or app.driver_class
    app.run()
    sys.exit(app.return_code)
