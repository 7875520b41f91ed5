"""A bench: one Engine, and what a scenario needs to try something on it and to note what it did."""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from tests.contract.observation import Notes
from tests.contract.raw import Answer, Open, Query, Raw
from tests.engines.images import ImageSpec, archive, chain_ids, make_layer, runnable

ANONYMOUS: Final = {"X-Registry-Auth": base64.urlsafe_b64encode(b"{}").decode()}
"""No login: a push needs the header even so."""

_TEMPLATES: Final = (
    (r"/images/(create|load|json|prune|search|get)", r"/images/\1"),
    (r"/images/.+/(json|history|tag|get|push)", r"/images/{name}/\1"),
    (r"/images/.+", "/images/{name}"),
    (r"/containers/(create|json|prune)", r"/containers/\1"),
    (r"/containers/[^/]+", "/containers/{id}"),
    (r"/containers/[^/]+/(\w+)", r"/containers/{id}/\1"),
    (r"/containers/[^/]+/attach/ws", "/containers/{id}/attach/ws"),
    (r"/exec/[^/]+/(\w+)", r"/exec/{id}/\1"),
    (r"/distribution/.+/json", "/distribution/{name}/json"),
)


class Refused(Exception):
    """A step that only prepares was refused."""


class Bench:
    """One scenario's place on an Engine: its calls, its names, its notes; `clean` at the end."""

    def __init__(
        self, raw: Raw, *, store: str, registry: str, term: str, prefix: str, runs: str
    ) -> None:
        self.raw = raw
        self.store = store
        """How the Engine keeps images: `classic`, `containerd` or `podman`."""
        self.registry = registry
        """`HOST:PORT` of a registry that the Engine can push to and pull from."""
        self.term = term
        """What to search for, to find at least five: official ones, and some with 100 stars."""
        self.prefix = prefix
        """The first part of every name that the scenario gives."""
        self.runs = runs
        """The name of an image whose containers can run (busybox)."""
        self.notes = Notes()
        self.calls: dict[str, str] = {}
        """Step → the call it made: `GET /images/{name}/json`."""
        self._images: list[str] = []
        self.notes.know("P", prefix)
        self.notes.know("registry", registry)
        self.notes.know("runs", runs)

    # Names and bytes

    def name(self, rest: str) -> str:
        """Return a repository and tag of the scenario's own: `app:1`."""
        return f"{self.prefix}/{rest}"

    def there(self, rest: str) -> str:
        """Return the same name at the registry."""
        return f"{self.registry}/{self.prefix}/{rest}"

    def layer(self, name: str, size: int = 1000) -> bytes:
        """Make a layer of one file of `size` bytes that do not compress; same name, same bytes."""
        return make_layer({f"{name}.bin": random.Random(f"{self.prefix}/{name}").randbytes(size)})

    def spec(self, *rests: str, layers: Sequence[str] = ("only",), **more: Any) -> ImageSpec:
        """Describe an image with these names and small layers."""
        tags = tuple(self.name(rest) for rest in rests)
        return ImageSpec(tuple(self.layer(layer) for layer in layers), tags=tags, **more)

    def runnable(self, *rests: str, **config: object) -> ImageSpec:
        """Describe an image of the scenario's own that can run."""
        tags = tuple(self.name(rest) for rest in rests)
        return runnable(*tags, layers=[self.layer("own")], **config)

    # Calls

    def call(
        self,
        step: str,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        keep: Iterable[str] | None = (),
        body: object = b"",
        headers: Mapping[str, str] | None = None,
        version: str | None = None,
    ) -> Answer:
        """Make a call and note its status, the kind of its body and the shape of its JSON.

        `keep` names the paths whose values are noted too; None: do not look into the body, which
        tells of more than this scenario's doings.
        """
        self._is_for(step, method, path)
        answer = self.raw.ask(method, path, query, body=body, headers=headers, version=version)
        self.told(step, answer, keep)
        return answer

    def told(self, step: str, answer: Answer, keep: Iterable[str] | None) -> None:
        """Note an answer as `call` does."""
        self.notes.note(f"{step} status", answer.status)
        self.notes.note(f"{step} kind", answer.headers.get("content-type", "none"))
        if answer.status >= 400:
            self.notes.note(f"{step} says", message(answer))
        elif keep is None:
            return
        elif "json" in answer.headers.get("content-type", "") and answer.body:
            documents = answer.lines()
            value: object = documents[0] if len(documents) == 1 else documents
            self.notes.shape(f"{step} body", value, keep)
        elif answer.headers.get("content-type", "").startswith("text/"):
            self.notes.note(f"{step} text", answer.body.decode("utf-8", "replace"))

    def stream(
        self,
        step: str,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        body: object = b"",
        headers: Mapping[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """Make a call that answers JSON messages; note its status and its refusals, return them."""
        self._is_for(step, method, path)
        answer = self.raw.ask(method, path, query, body=body, headers=headers)
        self.notes.note(f"{step} status", answer.status)
        self.notes.note(f"{step} kind", answer.headers.get("content-type", "none"))
        if answer.status >= 400:
            self.notes.note(f"{step} says", message(answer))
            return []
        lines = answer.lines()
        if troubles := [line for line in lines if "error" in line]:
            self.notes.note(f"{step} error", troubles[0])
        return lines

    def open(
        self,
        step: str,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        body: object = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Open:
        """Make a call and note its status; the body is still to come."""
        self._is_for(step, method, path)
        opened = self.raw.open(method, path, query, body=body, headers=headers)
        self.notes.note(f"{step} status", opened.status)
        self.notes.note(f"{step} kind", opened.headers.get("content-type", "none"))
        return opened

    def quiet(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        body: object = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make a call that only prepares or looks.

        Raises:
            Refused: with the Engine's words.
        """
        answer = self.raw.ask(method, path, query, body=body, headers=headers)
        if answer.status >= 400:
            raise Refused(f"{method} {path}: {answer.status} {message(answer)}")
        return answer

    def _is_for(self, step: str, method: str, path: str) -> None:
        self.calls[step] = f"{method} {template(path)}"

    # Preparations

    def load(self, *specs: ImageSpec, word: str = "image") -> tuple[str, ...]:
        """Load images; returns their IDs, which the notes know as `image 1`, `image 2` …"""
        answer = self.quiet("POST", "/images/load", {"quiet": 1}, body=archive(specs))
        if troubles := [line["error"] for line in answer.lines() if "error" in line]:
            raise Refused(f"POST /images/load: {troubles[0]}")
        ids = []
        for index, spec in enumerate(specs, 1):
            self._know_layers(spec)
            found = self.identity(spec.tags[0]) if spec.tags else spec.image_id
            self.adopt(f"{word} {index}", found)
            self.notes.know(f"{word} {index}", spec.image_id)
            ids.append(found)
        return tuple(ids)

    def _know_layers(self, spec: ImageSpec) -> None:
        for index, chain in enumerate(chain_ids(spec.diff_ids), 1):
            self.notes.know(f"chain {index}", chain)

    def adopt(self, word: str, image_id: str) -> str:
        """Know an image that a call has made, and remove it at the end."""
        self.notes.know(word, image_id)
        self._images.append(image_id)
        return image_id

    def identity(self, name: str) -> str:
        """Return the ID behind a name."""
        return str(self.quiet("GET", f"/images/{name}/json").json()["Id"])

    def container(self, rest: str = "", *, start: bool = False, **config: Any) -> str:
        """Create a container without network, known by its name's rest; returns its ID."""
        made = self.quiet(
            "POST",
            "/containers/create",
            {"name": f"{self.prefix}-{rest}"} if rest else {},
            body=settings(config.pop("Image", self.runs), **config),
        ).json()
        self.notes.know(f"container {rest}".strip(), made["Id"])
        if start:
            self.quiet("POST", f"/containers/{made['Id']}/start")
        return str(made["Id"])

    def publish(self, rest: str, sizes: Sequence[int] = (3000,), **config: object) -> ImageSpec:
        """Put an image into the registry alone; returns what it is made of."""
        layers = tuple(self.layer(f"{rest}-{n}", size) for n, size in enumerate(sizes))
        name = self.there(rest)
        spec = ImageSpec(layers, tags=(name,), config={"Cmd": ["none"], **config})
        self.load(spec, word=f"published {rest}")
        repository, _, tag = name.rpartition(":")
        push = f"/images/{repository}/push"
        for line in self.quiet("POST", push, {"tag": tag}, headers=ANONYMOUS).lines():
            if "error" in line:
                raise Refused(f"POST {push}: {line['error']}")
            if found := re.search(r"digest: (sha256:\w+)", str(line.get("status"))):
                self.notes.know(f"digest of {rest}", found[1])
        self.quiet("DELETE", f"/images/{name}")
        return spec

    # Effects

    def names(self) -> list[str]:
        """Return the scenario's names (tags and digests) as the Engine lists them now."""
        listed = self.quiet("GET", "/images/json").json()
        every = [*(name for image in listed for name in _names(image))]
        return sorted(name for name in every if self.prefix in name)

    def containers(self) -> list[list[str]]:
        """Return the scenario's containers: name and state."""
        listed = self.quiet("GET", "/containers/json", {"all": 1}).json()
        rows = [[name.lstrip("/"), each["State"]] for each in listed for name in each["Names"]]
        return sorted(row for row in rows if self.prefix in row[0])

    def state(self, container: str) -> dict[str, Any]:
        """Return a container's `State`."""
        return dict(self.quiet("GET", f"/containers/{container}/json").json()["State"])

    def engine_time(self) -> str:
        """Return the Engine's clock in seconds, for `since` and `until`."""
        told = str(self.quiet("GET", "/info").json()["SystemTime"])
        moment, _, fraction = re.sub(r"(Z|[+-]\d\d:\d\d)$", "", told).partition(".")
        zone = told[len(moment) + len(fraction) + bool(fraction) :]
        return f"{datetime.fromisoformat(moment + zone).timestamp():.0f}.{fraction:0<9}"

    def clean(self) -> None:
        """Remove the scenario's containers, names and nameless images."""
        for row in self.quiet("GET", "/containers/json", {"all": 1}).json():
            if self.prefix in f"{row['Names']} {row['Image']}":
                self.raw.ask("POST", f"/containers/{row['Id']}/kill")  # Podman would wait 10 s
                self.raw.ask("DELETE", f"/containers/{row['Id']}", {"force": 1, "v": 1})
        for image in self.quiet("GET", "/images/json", {"all": 1}).json():
            for name in _names(image):
                if self.prefix in name:
                    self.raw.ask("DELETE", f"/images/{name}")
        for image in self.quiet("GET", "/images/json", {"all": 1}).json():
            if image.get("ParentId") in self._images:  # of a commit that was refused half-way
                self._images.append(image["Id"])
        left = dict.fromkeys(reversed(self._images))
        while gone := [each for each in left if self._removed(each)]:
            for each in gone:
                del left[each]

    def _removed(self, image: str) -> bool:
        """Remove a nameless image; children go before their parents."""
        found = self.raw.ask("GET", f"/images/{image}/json")
        if found.status != 200 or [n for n in _names(found.json()) if self.prefix not in n]:
            return False
        return self.raw.ask("DELETE", f"/images/{image}").status == 200


def settings(image: str, **config: Any) -> dict[str, Any]:
    """Return the body of a container's creation: without network, as the tests' Engines need it."""
    host = {"NetworkMode": "none"} | config.pop("HostConfig", {})
    return {"Image": image, "HostConfig": host} | config


def message(answer: Answer) -> str:
    """Return the words of a refusal."""
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.body.decode("utf-8", "replace").strip()


def template(path: str) -> str:
    """Return a call's path with its names left out."""
    for pattern, replacement in _TEMPLATES:
        if re.fullmatch(pattern, path):
            return re.sub(pattern, replacement, path)
    return path


def filters(**values: Sequence[str]) -> dict[str, Any]:
    """Return a `filters` parameter; `_` in a name stands for `-`."""
    return {"filters": json.dumps({k.replace("_", "-"): list(v) for k, v in values.items()})}


def _names(image: Mapping[str, Any]) -> list[str]:
    names = [*(image.get("RepoTags") or ()), *(image.get("RepoDigests") or ())]
    return [name for name in names if "<none>" not in name]
