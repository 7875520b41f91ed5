"""Random removals on a dockerd 20.10 and on the practice engine: each answer, list and layer."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

from tests.engines.images import ImageSpec, Step, archive, busybox_layer, make_layer
from tests.practice.engine import call, data, quick_hold
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from docker import APIClient

    from tests.engines.maker import ImageMaker

SCENARIOS = 12
STEPS = 12

pytestmark = [pytest.mark.engine, pytest.mark.stores("classic")]


class Real:
    """The dockerd, asked without an improvement by its client."""

    def __init__(self, api: APIClient) -> None:
        self.api = api

    def ask(self, method: str, target: str, body: Any = None) -> tuple[int, Any]:
        is_raw = isinstance(body, bytes)
        answer = self.api.request(
            method,
            f"{self.api.base_url}/v1.41{target}",
            data=body if is_raw or body is None else json.dumps(body),
            headers={"Content-Type": "application/x-tar" if is_raw else "application/json"},
        )
        if is_raw:
            return answer.status_code, None
        return answer.status_code, answer.json() if answer.content else None


class Practice:
    """The practice engine, asked without a socket."""

    def __init__(self) -> None:
        self.hold = quick_hold()

    def ask(self, method: str, target: str, body: Any = None) -> tuple[int, Any]:
        is_raw = isinstance(body, bytes)
        sent = body if is_raw else b"" if body is None else json.dumps(body).encode()
        try:
            answer = call(
                self.hold, method, target, sent, headers={"Content-Type": "application/json"}
            )
        except ApiError as refused:
            return refused.status, {"message": refused.message}
        whole = data(answer)
        return answer.status, json.loads(whole) if whole and not is_raw else None


def _layer(rng: random.Random) -> bytes:
    names = [f"d{rng.randrange(3)}/f{rng.randrange(10**9)}" for _ in range(rng.randint(1, 3))]
    return make_layer({name: rng.randbytes(rng.randrange(3000)) for name in names})


def _specs(rng: random.Random, prefix: str) -> list[ImageSpec]:
    """Images that share layers, some of them parents of others by the archive's word."""
    specs: list[ImageSpec] = []
    for number in range(rng.randint(2, 7)):
        below = rng.choice(specs) if specs and rng.random() < 0.8 else None
        layers = below.layers if below else (busybox_layer(), _layer(rng))
        steps = below.steps if below else (Step("base"), Step(prefix))
        if rng.random() < 0.3:
            steps = (*steps, Step(f"ENV N={number}", empty=True))
        else:
            again = rng.random() < 0.2
            layers = (*layers, rng.choice(layers[1:]) if again else _layer(rng))
            steps = (*steps, Step(f"RUN {number}", comment="<&>"))
        spec = ImageSpec(
            layers,
            steps,
            config={
                "Cmd": ["sleep", "3600"],
                "Labels": rng.choice([None, {"a": "b"}, {"a": "c", "x": ""}]),
            },
            extra={"created": f"2022-01-{rng.randint(1, 28):02}T03:04:05.{number}50Z"},
            parent=below.image_id if below and rng.random() < 0.75 else "",
        )
        if spec.image_id not in {other.image_id for other in specs}:
            specs.append(spec)
    return specs


class Both:
    """A dockerd and a practice engine in the same state."""

    def __init__(self, api: APIClient, maker: ImageMaker, seed: str) -> None:
        self.rng = random.Random(seed)
        self.real, self.practice = Real(api), Practice()
        self.prefix = maker.prefix
        self.specs = _specs(self.rng, self.prefix)
        self.ids = [spec.image_id for spec in self.specs]
        maker.adopt(images=self.ids)
        for engine in (self.real, self.practice):
            assert engine.ask("POST", "/images/load?quiet=1", archive(self.specs))[0] == 200
        self.names = [self._name() for _ in range(self.rng.randint(1, 8))]
        for _ in range(self.rng.choice([0, 0, 1, 2])):
            self._container(maker)

    def _name(self) -> str:
        name = f"{self.prefix}/{self.rng.choice('wx')}"
        tag = self.rng.choice("12")
        query = urlencode({"repo": name, "tag": tag})
        self.same("POST", f"/images/{self.rng.choice(self.ids)}/tag?{query}")
        return f"{name}:{tag}"

    def _container(self, maker: ImageMaker) -> None:
        body = {"Image": self.rng.choice(self.ids), "HostConfig": {"NetworkMode": "none"}}
        is_started = self.rng.random() < 0.5
        for engine in (self.real, self.practice):
            status, made = engine.ask("POST", "/containers/create", body)
            assert status == 201, made
            if engine is self.real:
                maker.adopt(containers=[made["Id"]])
            if is_started:
                status, why = engine.ask("POST", f"/containers/{made['Id']}/start")
                assert status == 204, why

    def same(self, method: str, target: str) -> Any:
        """Ask both, and compare."""
        wanted = _masked(self.real.ask(method, target))
        assert _masked(self.practice.ask(method, target)) == wanted, f"{method} {target}"
        return wanted

    def same_list(self, **filters: Any) -> None:
        """Compare the lists, as far as they tell of the images made here."""
        target = f"/images/json?all=1&{urlencode({'filters': json.dumps(filters)})}"
        lists = []
        for engine in (self.real, self.practice):
            status, images = engine.ask("GET", target)
            assert status == 200
            lists.append({i["Id"]: list(i.items()) for i in images if i["Id"] in self.ids})
        assert lists[0] == lists[1], target

    def step(self) -> None:
        """Remove a name or an image, somehow."""
        digits = self.rng.choice(self.ids).removeprefix("sha256:")
        shapes = [self.rng.choice(self.names), digits, f"sha256:{digits}", digits[:12]]
        flags = {flag: self.rng.choice("01") for flag in ("force", "noprune")}
        query = urlencode({k: v for k, v in flags.items() if self.rng.random() < 0.35})
        self.same("DELETE", f"/images/{quote(self.rng.choice(shapes), safe='/:')}?{query}")


def _masked(answer: tuple[int, Any]) -> Any:
    """Return an answer without what no two engines have in common: containers, places, times."""
    status, told = answer
    if isinstance(told, Mapping) and "GraphDriver" in told:
        places = told["GraphDriver"]["Data"] or {}
        told = {**told, "Metadata": None, "GraphDriver": [*places.items()]}
        told["GraphDriver"] = [
            (name, re.sub(r"/[^:]*?/overlay2/[0-9a-f]{64}/", "", place))
            for name, place in places.items()
        ]
    if isinstance(told, Mapping):
        told = list(told.items())
    return status, json.loads(re.sub(r"container [0-9a-f]{12}", "container", json.dumps(told)))


@pytest.fixture
def dockerd(api: APIClient) -> APIClient:
    if (version := api.version()["ApiVersion"]) != "1.41":
        pytest.skip(f"not on this Engine: the practice engine is a 20.10, API 1.41, not {version}")
    return api


def _seeds() -> Sequence[str]:
    return (
        [os.environ["ORLOP_SEED"]] if "ORLOP_SEED" in os.environ else [*map(str, range(SCENARIOS))]
    )


@pytest.mark.parametrize("seed", _seeds())
def test_the_practice_engine_removes_what_dockerd_removes(
    dockerd: APIClient, maker: ImageMaker, seed: str
) -> None:
    both = Both(dockerd, maker, seed)
    for image_id in both.ids:
        both.same("GET", f"/images/{image_id}/json")
        both.same("GET", f"/images/{image_id}/history")
    some = both.ids[0]
    for filters in (
        {"dangling": ["true"]},
        {"dangling": ["false"]},
        {"label": ["a=b"]},
        {"label": ["a", "x"]},
        {"reference": [f"{both.prefix}/*"]},
        {"reference": ["*/w:[12]", "nosuch"]},
        {"before": [some]},
        {"since": [some], "dangling": ["true"]},
    ):
        both.same_list(**filters)
    for _ in range(STEPS):
        both.step()
        both.same_list()
