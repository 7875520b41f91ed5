"""A registry on loopback that does what a test wants, and notes what it was asked."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from tests.engines.images import diff_id

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
USER = "Basic " + base64.b64encode(b"me:secret").decode()


class Asked(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    method: str = "GET"


class Blob(NamedTuple):
    """A layer as a registry stores it."""

    data: bytes
    tar: bytes
    annotations: Mapping[str, str] = {}


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def gzipped(tar: bytes) -> Blob:
    return Blob(gzip.compress(tar, mtime=0), tar)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    registry: FakeRegistry

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._serve(b"")

    def do_HEAD(self) -> None:
        self._serve(b"")

    def do_DELETE(self) -> None:
        self._serve(b"")

    def _serve(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        with self.registry.lock:
            self.registry.asked.append(
                Asked(self.path, dict(self.headers.items()), body, self.command)
            )
        special = self.registry.special.get(parts.path)
        if special is not None:
            special(self)
        elif parts.path == "/token":
            self._token(parse_qs(parts.query), body)
        elif self._is_let_in():
            if self.command == "DELETE":
                self._delete(parts.path.rpartition("/")[2])
            elif parts.path in self.registry.names:
                self._names(parts.path, parse_qs(parts.query))
            else:
                self._content(parts.path)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        headers.setdefault("Content-Length", str(len(body)))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str, message: str = "", **headers: str) -> None:
        told = {"errors": [{"code": code, "message": message}]}
        self.answer(status, json.dumps(told).encode(), Content_Type="application/json", **headers)

    def _is_let_in(self) -> bool:
        registry, given = self.registry, self.headers.get("Authorization", "")
        if registry.auth == "basic" and given != USER:
            self.refuse(401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="a, b"')
        elif registry.auth == "bearer" and given not in registry.tokens:
            scope = f"repository:{registry.path}:pull"
            told = f'Bearer realm="{registry.realm}",service="s, x",scope="{scope}"'
            self.refuse(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=told)
        else:
            return True
        return False

    def _token(self, query: dict[str, list[str]], body: bytes) -> None:
        registry = self.registry
        given = self.headers.get("Authorization", "")
        form = parse_qs(body.decode())
        fine = not registry.needs_login or given == USER or form.get("refresh_token") == ["it"]
        if (query or form).get("service") != ["s, x"] or not fine:
            self.answer(401, b'{"details": "incorrect username or password"}')
            return
        token = f"t{len(registry.tokens)}"
        registry.tokens.add(f"Bearer {token}")
        name = "access_token" if form else "token"
        self.answer(200, json.dumps({name: token}).encode())

    def _names(self, path: str, query: dict[str, list[str]]) -> None:
        """Send a page of names, at most `registry.page` of them."""
        field, names = self.registry.names[path]
        last = query.get("last", [""])[0]
        start = names.index(last) + 1 if last in names else 0
        page = names[start : start + self.registry.page]
        headers = {"Content_Type": "application/json"}
        if start + len(page) < len(names):
            headers["Link"] = f'<{path}?last={page[-1]}&n=1000>; rel="next"'
        self.answer(200, json.dumps({"name": "x", field: page or None}).encode(), **headers)

    def _delete(self, name: str) -> None:
        registry = self.registry
        if registry.deletes == "never":
            self.refuse(405, "UNSUPPORTED", "The operation is unsupported.")
        elif ":" not in name:
            self.refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        elif name not in registry.manifests:
            self.refuse(404, "MANIFEST_UNKNOWN", "manifest unknown")
        else:
            data = registry.manifests[name]
            gone = [key for key, value in registry.manifests.items() if value == data]
            for key in gone:
                del registry.manifests[key]
            self.answer(202)

    def _content(self, path: str) -> None:
        registry = self.registry
        head, _slash, name = path.rpartition("/")
        if path == "/v2/":
            self.answer(200, b"{}", Content_Type="application/json")
        elif head.endswith("/manifests") and name in registry.manifests:
            data = registry.manifests[name]
            media = INDEX if b'"manifests"' in data else MANIFEST
            told = registry.told_digest or digest(data)
            self.answer(200, data, Content_Type=media, Docker_Content_Digest=told)
        elif head.endswith("/blobs") and name in registry.blobs:
            self.blob(registry.blobs[name])
        else:
            self.refuse(404, "MANIFEST_UNKNOWN", "manifest unknown")

    def blob(self, data: bytes) -> None:
        """Send a blob, or the part that is asked for."""
        wanted = self.headers.get("Range", "")
        if not wanted or not self.registry.ranges:
            self.answer(200, data, Content_Type="application/octet-stream")
            return
        first, _dash, last = wanted.removeprefix("bytes=").partition("-")
        part = data[int(first) : int(last) + 1]
        told = f"bytes {first}-{int(first) + len(part) - 1}/{len(data)}"
        self.answer(206, part, Content_Range=told)


class FakeRegistry:
    """Serves one repository at `127.0.0.1:PORT`."""

    def __init__(self, path: str = "me/app", tls: ssl.SSLContext | None = None) -> None:
        self.path = path
        self.asked: list[Asked] = []
        self.manifests: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.special: dict[str, Callable[[Handler], None]] = {}
        self.auth = ""
        self.needs_login = False
        self.tokens: set[str] = set()
        self.told_digest = ""
        self.ranges = True
        self.deletes = "always"
        self.names: dict[str, tuple[str, list[str]]] = {}
        """Path → which field, and the names in it."""
        self.page = 1000
        self.lock = threading.Lock()
        handler = type("Own", (Handler,), {"registry": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"
        self.realm = f"http://{self.host}/token"
        self.let_go = threading.Event()
        """Ends the handlers that wait."""
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def reference(self) -> str:
        return f"{self.host}/{self.path}:1"

    @property
    def paths(self) -> list[str]:
        """What was asked for, without the repository."""
        return [one.path.removeprefix(f"/v2/{self.path}/") for one in self.asked]

    @property
    def fetched(self) -> list[str]:
        """The digests of the blobs that were asked for."""
        return [path[6:] for path in self.paths if path.startswith("blobs/")]

    def add(self, blobs: Sequence[Blob], tag: str = "1", **config: object) -> str:
        """Take an image in; returns the digest of its config."""
        made = {
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [diff_id(blob.tar) for blob in blobs]},
            "history": [{"created_by": f"COPY {index}"} for index in range(len(blobs))],
            **config,
        }
        own = self.put(json.dumps(made).encode())
        layers = [
            {
                "digest": self.put(blob.data),
                "size": len(blob.data),
                "annotations": dict(blob.annotations),
            }
            for blob in blobs
        ]
        size = len(self.blobs[own])
        manifest = {"schemaVersion": 2, "config": {"digest": own, "size": size}, "layers": layers}
        self.put_manifest(manifest, tag)
        return own

    def name(self, *tags: str) -> None:
        """Let these be the tags of the repository, and that the only one of the registry."""
        self.names[f"/v2/{self.path}/tags/list"] = ("tags", list(tags))
        self.names["/v2/_catalog"] = ("repositories", [self.path])

    def put(self, data: bytes) -> str:
        self.blobs[digest(data)] = data
        return digest(data)

    def put_manifest(self, told: object, tag: str) -> str:
        data = json.dumps(told).encode()
        self.manifests[tag] = self.manifests[digest(data)] = data
        return digest(data)


class Door:
    """A port that says some words to plain HTTP, and leads TLS to a server behind it.

    As a proxy, it leads there too, whoever is asked for.
    """

    def __init__(self, behind: int | None, words: bytes) -> None:
        """Lead to a port of this machine; None for nowhere: TLS is hung up on."""
        self.plain: list[bytes] = []
        door = self

        class Visit(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                first = self.request.recv(1 << 16)
                if first.startswith(b"CONNECT "):
                    self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    first = self.request.recv(1 << 16)
                if first[:1] == b"\x16":
                    if behind is not None:
                        _lead(self.request, behind, first)
                    return
                door.plain.append(first)
                self.request.sendall(words)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Visit)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _lead(visitor: socket.socket, port: int, first: bytes) -> None:
    """Copy both ways until one side ends."""
    with socket.create_connection(("127.0.0.1", port)) as behind:
        behind.sendall(first)
        while True:
            for one in select.select([visitor, behind], [], [])[0]:
                data = one.recv(1 << 16)
                if not data:
                    return
                (behind if one is visitor else visitor).sendall(data)
