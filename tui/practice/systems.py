"""The systems that practice images stand on, and programs on them, as recipes by platform."""

from __future__ import annotations

import calendar
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final

from tui.practice import seed_trees
from tui.practice.recipes import BUILDKIT, Recipe, Step
from tui.practice.registry import HERE, Platform
from tui.practice.tree import Tree

PATH: Final = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

EVERYWHERE: Final = (
    HERE,
    Platform("linux", "arm64", "v8"),
    Platform("linux", "arm", "v7"),
    Platform("linux", "s390x"),
)
"""What the images for several platforms are for."""

Make = Callable[[Platform], Recipe]
"""Gives the recipe of an image for a platform."""


def at(day: str) -> int:
    """Return noon of a day like 2026-11-02, in seconds of the epoch."""
    return calendar.timegm(time.strptime(day, "%Y-%m-%d")) + 12 * 3600


# Systems


@cache
def debian(version: str, codename: str, *, slim: bool = False) -> Make:
    """Return how a Debian or Ubuntu is made."""
    made = at("2026-10-20") + 3600 * len(codename)

    @cache
    def make(platform: Platform) -> Recipe:
        steps = (
            Step(
                f"/bin/sh -c #(nop) ADD file:{seed_trees.mark(codename, made)} in / ",
                lambda: seed_trees.debian(made, version, codename, platform, slim=slim),
            ),
            Step('/bin/sh -c #(nop)  CMD ["bash"]'),
        )
        return Recipe(made, steps, config={"Env": [PATH], "Cmd": ["bash"]}, platform=platform)

    return make


@cache
def alpine(version: str) -> Make:
    """Return how an Alpine Linux is made."""
    made = at("2026-10-08") - 86400 * 40 * (22 - int(version.split(".")[1]))

    @cache
    def make(platform: Platform) -> Recipe:
        steps = (
            Step(
                f"ADD alpine-minirootfs-{version}-{platform.architecture}.tar.gz / # buildkit",
                lambda: seed_trees.alpine(made, version, platform),
                BUILDKIT,
            ),
            Step('CMD ["/bin/sh"]', comment=BUILDKIT),
        )
        return Recipe(made, steps, config={"Env": [PATH], "Cmd": ["/bin/sh"]}, platform=platform)

    return make


@cache
def busybox(day: str) -> Make:
    """Return how a busybox is made."""
    made = at(day)

    @cache
    def make(platform: Platform) -> Recipe:
        steps = (
            Step(
                "BusyBox 1.37.0 (musl), one static program",
                lambda: seed_trees.busybox(made, platform),
            ),
            Step('/bin/sh -c #(nop)  CMD ["sh"]'),
        )
        return Recipe(made, steps, config={"Env": [PATH], "Cmd": ["sh"]}, platform=platform)

    return make


@cache
def centos(version: str, day: str) -> Make:
    """Return how a CentOS is made: one layer, and labels about the build."""
    made = at(day)
    labels = {
        "org.label-schema.build-date": day.replace("-", ""),
        "org.label-schema.license": "GPLv2",
        "org.label-schema.name": "CentOS Base Image",
        "org.label-schema.schema-version": "1.0",
        "org.label-schema.vendor": "CentOS",
    }

    @cache
    def make(platform: Platform) -> Recipe:
        told = " ".join(f"{name}={value}" for name, value in labels.items())
        steps = (
            Step(
                f"/bin/sh -c #(nop) ADD file:{seed_trees.mark(version, made)} in / ",
                lambda: seed_trees.centos(made, version, platform),
            ),
            Step(f"/bin/sh -c #(nop)  LABEL {told}"),
            Step('/bin/sh -c #(nop)  CMD ["/bin/bash"]'),
        )
        config = {"Env": [PATH], "Cmd": ["/bin/bash"], "Labels": labels}
        return Recipe(made, steps, config=config, platform=platform)

    return make


@cache
def hello(platform: Platform) -> Recipe:
    """Return the smallest image: one program and nothing else."""
    made = at("2026-08-05")
    steps = (
        Step(
            "COPY hello / # buildkit",
            lambda: seed_trees.files(made, platform, programs={"hello": 9_000}),
            BUILDKIT,
        ),
        Step('CMD ["/hello"]', comment=BUILDKIT),
    )
    return Recipe(made, steps, config={"Env": [PATH], "Cmd": ["/hello"]}, platform=platform)


# What stands on them


@dataclass(frozen=True, slots=True, eq=False)
class Software:
    """A program on a system: an install, and a script that starts it."""

    base: Make
    day: str
    """When it was made: 2026-11-02."""
    name: str
    version: str
    """Told by a variable of the environment."""
    programs: Mapping[str, int]
    """Path → bytes."""
    command: tuple[str, ...]
    port: int = 0
    """What it listens on; 0 for none."""
    volume: str = ""
    """Where its data lie; empty for nowhere."""
    workdir: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Path → what can be read there."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Path → where it points."""
    entrypoint: str = "docker-entrypoint.sh"
    """The script before the command; empty for none."""

    def __call__(self, platform: Platform) -> Recipe:
        """Return the recipe for a platform, always the same one."""
        return _recipe(self, platform)

    def settings(self) -> dict[str, Any]:
        """Return what its containers start with."""
        version = f"{self.name.upper().replace('-', '_')}_VERSION={self.version}"
        found: dict[str, Any] = {"Env": [PATH, version], "Cmd": list(self.command)}
        if self.port:
            found["ExposedPorts"] = {f"{self.port}/tcp": {}}
        if self.volume:
            found["Volumes"] = {self.volume: {}}
        if self.workdir:
            found["WorkingDir"] = self.workdir
        if self.entrypoint:
            found["Entrypoint"] = [self.entrypoint]
        return found

    def steps(self, platform: Platform) -> tuple[Step, ...]:
        """Return its history, as BuildKit writes one."""
        run = f"set -eux; fetch {self.name} {self.version}; install {self.name}"
        copied = [
            (f"COPY {self.entrypoint} /usr/local/bin/ # buildkit", self._script),
            (f'ENTRYPOINT ["{self.entrypoint}"]', None),
        ]
        lines: list[tuple[str, Callable[[], Tree] | None]] = [
            (f"ENV {self.settings()['Env'][1]}", None),
            (f"RUN /bin/sh -c {run} # buildkit", partial(self._install, platform)),
            *([(f"VOLUME [{self.volume}]", None)] if self.volume else []),
            *([(f"WORKDIR {self.workdir}", self._workdir)] if self.workdir else []),
            *(copied if self.entrypoint else []),
            *([(f"EXPOSE map[{self.port}/tcp:{{}}]", None)] if self.port else []),
            (f"CMD {json.dumps(self.command)}", None),
        ]
        return tuple(Step(line, files, BUILDKIT) for line, files in lines)

    def _install(self, platform: Platform) -> Tree:
        folders = (self.volume,) if self.volume else ()
        return seed_trees.files(
            at(self.day),
            platform,
            programs=self.programs,
            texts=self.texts,
            links=self.links,
            folders=folders,
        )

    def _script(self) -> Tree:
        body = '#!/bin/sh\nset -e\n# runs what it is given\nexec "$@"\n'
        return seed_trees.files(at(self.day), scripts={f"usr/local/bin/{self.entrypoint}": body})

    def _workdir(self) -> Tree:
        return seed_trees.files(at(self.day), folders=(self.workdir,))


@cache
def _recipe(software: Software, platform: Platform) -> Recipe:
    return Recipe(
        at(software.day),
        software.steps(platform),
        software.base(platform),
        software.settings(),
        platform,
    )
