"""Verbs of the app itself."""

from __future__ import annotations

from typing import Final

from tui.actions.spec import ActionSpec
from tui.i18n import N_

APP_VERBS: Final = (
    ActionSpec("jobs", N_("Jobs"), N_("Show what is going on and what was done."), ("J",)),
    ActionSpec(
        "contexts",
        N_("Contexts"),
        N_("Go to another Engine: docker contexts and sockets found here."),
        ("C",),
        docker="docker --context NAME ...",
    ),
    ActionSpec(
        "engine",
        N_("Engine"),
        N_("Show what this Engine is, how it stores images, and what that allows."),
        ("E",),
        docker="docker info",
    ),
    ActionSpec(
        "accounts",
        N_("Accounts"),
        N_("Where you are logged in; log in and out of Docker Hub and other registries."),
        ("@",),
        docker="docker login [REGISTRY]",
    ),
    ActionSpec(
        "mirrors",
        N_("Mirrors"),
        N_("Mirrors of Docker Hub: those in force, whether they work, and changing them."),
        ("%",),
        docker="docker info --format '{{json .RegistryConfig.Mirrors}}'",
    ),
    ActionSpec(
        "own_registry",
        N_("Own registry"),
        N_("Serve a registry of your own, for a class: start, stop, see what it holds."),
        ("H",),
        docker="docker run --detach --publish 127.0.0.1:5000:5000 registry:2",
    ),
    ActionSpec("zoom", N_("Zoom"), N_("Give the pane the whole screen, or give it back."), ("z",)),
    ActionSpec(
        "refresh",
        N_("Refresh"),
        N_("Read everything again. Changes made elsewhere come by themselves."),
        ("r",),
    ),
    ActionSpec(
        "mouse",
        N_("Mouse"),
        N_("Leave the mouse to the terminal, so that it can select text, or take it back."),
        ("m",),
    ),
    ActionSpec("help", N_("Help"), N_("Show all keys and the docker commands."), ("?",)),
    ActionSpec("palette", N_("Palette"), N_("Find a command by typing."), (":",)),
    ActionSpec("quit", N_("Quit"), N_("Leave orlop; asks when jobs are running."), ("q", "ctrl+q")),
)
