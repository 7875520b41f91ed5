"""Docker Hub on loopback: the shapes of its API as they are documented, and what can go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.registry.fakes import FakeRegistry, Handler
from tui.registry.hub import HubAddresses

DIGEST = "sha256:" + "a" * 64
ARM_DIGEST = "sha256:" + "b" * 64
BLOCKED = b"<!DOCTYPE html><title>Just a moment...</title>"
JSON = "application/json"

V4_NGINX: dict[str, Any] = {
    "id": "library/nginx",
    "name": "nginx",
    "slug": "nginx",
    "type": "image",
    "badge": "official",
    "publisher": {"id": "x", "name": "Docker"},
    "short_description": "Official build of\n Nginx.",
    "star_count": 20911,
    "pull_count": "1B+",
    "raw_pull_count": 12345678901,
    "architectures": [{"name": "amd64", "label": "x86-64"}],
    "operating_systems": [{"name": "linux", "label": "Linux"}],
    "updated_at": "2026-11-01T10:00:00Z",
    "categories": [{"slug": "web-servers", "name": "Web servers"}],
    "archived": False,
}
V4: dict[str, Any] = {
    "total": 9876,
    "results": [
        V4_NGINX,
        {**V4_NGINX, "id": "bitnami/nginx", "name": "bitnami/nginx", "slug": "bitnami/nginx",
         "badge": "verified_publisher", "raw_pull_count": None, "pull_count": "500M+"},
        {**V4_NGINX, "id": "old/nginx", "slug": "old/nginx", "archived": True},
        {**V4_NGINX, "id": "x/plugin", "slug": "x/plugin", "type": "plugin"},
        {**V4_NGINX, "id": "me/nginx", "slug": "me/nginx", "badge": None, "star_count": 3,
         "pull_count": "1.5K", "raw_pull_count": None, "short_description": None},
    ],
}  # fmt: skip
V1: dict[str, Any] = {
    "query": "nginx",
    "num_results": 2,
    "results": [
        {"name": "nginx", "description": "Official build of Nginx.", "star_count": 20911,
         "is_official": True, "is_automated": False},
        {"name": "me/nginx", "description": "", "star_count": 3, "is_official": False},
    ],
}  # fmt: skip
REPOSITORY: dict[str, Any] = {
    "user": "library",
    "name": "nginx",
    "namespace": "library",
    "repository_type": "image",
    "status": 1,
    "status_description": "active",
    "description": "Official build of Nginx.",
    "full_description": "# Quick reference\n\n<img src='x'>\n-\t**Maintained by**:  \n"
    "\t[the team](https://example.org/team)\n\n![logo](https://x/y.png)\n<script>x</script>",
    "is_private": False,
    "star_count": 20911,
    "pull_count": 12345678901,
    "last_updated": "2026-11-01T10:00:00.123456Z",
    "date_registered": "2014-06-05T19:14:45Z",
    "categories": [{"slug": "web-servers", "name": "Web servers"}],
}


def image(architecture: str, digest: str, size: int, **more: object) -> dict[str, Any]:
    return {
        "os": "linux",
        "architecture": architecture,
        "variant": None,
        "digest": digest,
        "size": size,
        "status": "active",
        "last_pushed": "2026-11-01T10:00:00Z",
        **more,
    }


def tag(name: str, day: int = 1, **more: object) -> dict[str, Any]:
    return {
        "name": name,
        "digest": DIGEST,
        "full_size": 72_000_000,
        "last_updated": f"2026-11-{day:02}T10:00:00.5Z",
        "tag_last_pushed": f"2026-11-{day:02}T10:00:00.5Z",
        "tag_status": "active",
        "media_type": "application/vnd.oci.image.index.v1+json",
        "content_type": "image",
        "images": [
            image("amd64", DIGEST, 72_000_000),
            image("arm64", ARM_DIGEST, 71_000_000, variant="v8"),
            image("unknown", DIGEST, 12, os="unknown"),
        ],
        **more,
    }


LAYERS = [
    image(
        "amd64",
        DIGEST,
        72_000_000,
        layers=[
            {"digest": DIGEST, "size": 71_000_000, "instruction": "ADD file:x in / "},
            {"size": 0, "instruction": 'CMD ["bash"]'},
            {"digest": ARM_DIGEST, "size": 1_000_000, "instruction": "RUN apt-get \x1b[31m"},
        ],
    )
]


class FakeHub(FakeRegistry):
    """Docker Hub: its API, its old index and its registry, all at one address."""

    def __init__(self) -> None:
        super().__init__("library/nginx")
        self.documents: dict[str, Callable[[dict[str, list[str]]], object]] = {}
        self.limit: dict[str, str] = {}
        """Headers of every answer of the API."""
        self.tags = [tag("1.27", 3), tag("latest", 2), tag("1.26", 1)]
        self.page = 100
        self.answers("/api/search/v4", V4)
        self.answers("/v1/search", V1)
        self.answers("/v2/namespaces/library/repositories/nginx", REPOSITORY)
        self.answers("/v2/namespaces/library/repositories/nginx/tags", self._tags)
        for one in self.tags:
            self.answers(f"/v2/namespaces/library/repositories/nginx/tags/{one['name']}", one)
        self.answers("/v2/repositories/library/nginx/tags/latest/images", LAYERS)

    @property
    def addresses(self) -> HubAddresses:
        url = f"http://{self.host}"
        return HubAddresses(url, url, self.host)

    def answers(self, path: str, document: object) -> None:
        """Answer a path with a document, or with what a function makes of the query."""

        def send(handler: Handler) -> None:
            query = parse_qs(urlsplit(handler.path).query)
            told = document(query) if callable(document) else document
            handler.answer(200, json.dumps(told).encode(), Content_Type=JSON, **self.limit)

        self.special[path] = send

    def refuses(self, path: str, status: int, body: bytes, **headers: str) -> None:
        self.special[path] = lambda handler: handler.answer(status, body, **headers)

    def blocks(self, *paths: str) -> None:
        """Take who asks for these paths for a robot, as Cloudflare does."""
        for path in paths or tuple(self.special):
            self.refuses(path, 403, BLOCKED, Content_Type="text/html", Server="cloudflare")

    def _tags(self, query: dict[str, list[str]]) -> object:
        name = query.get("name", [""])[0]
        found = [one for one in self.tags if name in one["name"]]
        number = int(query.get("page", ["1"])[0])
        page: Sequence[object] = found[(number - 1) * self.page : number * self.page]
        return {"count": len(found), "next": None, "previous": None, "results": page}
