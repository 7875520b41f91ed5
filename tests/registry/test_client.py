"""A registry's answers, good and bad, over real connections."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.fakes import USER, FakeRegistry, Handler, gzipped
from tui.credentials.login import Login
from tui.layers.errors import LayerError
from tui.model.reference import is_remote, parse_reference
from tui.registry.client import RegistryClient
from tui.registry.connection import Connections, is_loopback
from tui.registry.errors import (
    BadManifest,
    BadTls,
    LoginRefused,
    NoParts,
    NotARegistry,
    NotThere,
    PullsUsedUp,
    RegistryError,
    RegistryRefused,
    Unreachable,
    WrongDigest,
)
from tui.registry.remote import read_image
from tui.registry.tokens import Challenge, authorization, challenge_of

LAYER = gzipped(b"")
CERTS = Path(__file__).parents[1] / "engine" / "certs"
ME = Login("me", "secret")


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with FakeRegistry() as made:
        made.add([LAYER])
        yield made


def _client(fake: FakeRegistry, login: Login | None = None) -> RegistryClient:
    return RegistryClient(parse_reference(fake.reference), lambda: login)


def test_an_image_is_its_manifest_and_its_config(fake: FakeRegistry) -> None:
    client = _client(fake)
    image = read_image(client)
    (layer,) = image.layers
    assert layer.digest in fake.blobs
    assert (layer.size, layer.created_by) == (len(LAYER.data), "COPY 0")
    assert image.details.architecture == "amd64"
    assert fake.paths == ["manifests/1", f"blobs/{image.image_id}"]
    assert client.connections.requests == 2
    accepted = fake.asked[0].headers["Accept"]
    assert accepted.count("application/vnd.") == 4
    assert "Authorization" not in fake.asked[0].headers


@pytest.mark.parametrize("login", [None, ME, Login(identity_token="it")])
def test_the_token_dance(fake: FakeRegistry, login: Login | None) -> None:
    fake.auth = "bearer"
    fake.needs_login = login is not None
    read_image(_client(fake, login))
    assert len(fake.tokens) == 1, "a token is for the whole repository"
    assert [path.partition("?")[0] for path in fake.paths[:3]] == [
        "manifests/1",
        "/token",
        "manifests/1",
    ]
    asked = fake.asked[1]
    told = asked.path + asked.body.decode()
    assert "service=s%2C+x" in told
    assert "scope=repository%3Ame%2Fapp%3Apull" in told
    assert asked.headers.get("Authorization") == (USER if login is ME else None)
    assert USER not in (one.headers.get("Authorization") for one in fake.asked[2:])


def test_a_token_that_ends_is_asked_for_again(fake: FakeRegistry) -> None:
    fake.auth = "bearer"
    client = _client(fake)
    read_image(client)
    fake.tokens.clear()
    fake.tokens.add("Bearer other")
    read_image(client)
    assert len(fake.tokens) == 2


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_wrong_login_is_told(fake: FakeRegistry, auth: str) -> None:
    fake.auth, fake.needs_login = auth, True
    for login in (None, Login("me", "wrong")):
        with pytest.raises(LoginRefused) as caught:
            read_image(_client(fake, login))
        assert "orlop login" in caught.value.remedy
    assert len(fake.asked) <= 6, "nothing is tried again and again"
    read_image(_client(fake, ME))


def test_challenges() -> None:
    assert challenge_of([]) is None
    assert challenge_of(["Negotiate"]) is None
    both = ['Basic realm="x"', r'bearer realm="https://a/\"t",service=s,scope="a:b,c"']
    assert challenge_of(both) == Challenge("bearer", 'https://a/"t', "s", "a:b,c")


@pytest.mark.parametrize(
    "realm", ["", "ftp://x/", "//x", "http://[", "file:///etc/passwd", "http://far.example/token"]
)
def test_a_realm_that_is_none(fake: FakeRegistry, realm: str) -> None:
    fake.auth, fake.realm = "bearer", realm
    with pytest.raises(NotARegistry):
        read_image(_client(fake, ME))


def test_a_redirect_does_not_take_the_login_along(fake: FakeRegistry) -> None:
    fake.auth = "basic"
    client = _client(fake, ME)
    image = read_image(client)
    digest = image.layers[0].digest
    with FakeRegistry() as store:
        store.special["/far"] = lambda handler: handler.blob(fake.blobs[digest])
        target = f"http://localhost:{store.port}/far"
        fake.special[f"/v2/me/app/blobs/{digest}"] = lambda handler: handler.answer(
            307, b"x" * 100, Location=target
        )
        assert client.part(digest, 2, 3) == LAYER.data[2:5]
        (asked,) = store.asked
    assert "Authorization" not in asked.headers
    assert asked.headers["Range"] == "bytes=2-4"


def test_a_redirect_on_the_same_host_keeps_the_login(fake: FakeRegistry) -> None:
    fake.auth = "basic"
    fake.special["/v2/me/app/manifests/1"] = lambda handler: handler.answer(
        302, Location="/v2/me/app/manifests/two"
    )
    fake.manifests["two"] = fake.manifests["1"]
    assert read_image(_client(fake, ME)).layers


@pytest.mark.parametrize(
    "where", ["/v2/me/app/manifests/1", "file:///etc/passwd", "http://[", "http://", "gopher://a/"]
)
def test_redirects_are_bounded(fake: FakeRegistry, where: str) -> None:
    fake.special["/v2/me/app/manifests/1"] = lambda handler: handler.answer(302, Location=where)
    with pytest.raises(NotARegistry):
        read_image(_client(fake))
    assert len(fake.asked) <= 6


def _answers(status: int, body: bytes, **headers: str) -> object:
    return lambda handler: handler.answer(status, body, **headers)


HTML = b"<html>log in here</html>"
LIMIT = (
    b'{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}'
)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (200, HTML, NotARegistry, "people"),
        (404, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}', NotThere, "MANIFEST_UNKNOWN"),
        (404, b"404 page not found", NotThere, "me/app:1"),
        (429, LIMIT, PullsUsedUp, "You have reached your pull rate limit."),
        (429, b"Too Many Requests", PullsUsedUp, "Too Many"),
        (401, b"", LoginRefused, ""),
        (403, b'{"errors":[{"code":"DENIED","message":"denied"}]}', LoginRefused, "denied"),
        (403, HTML, RegistryRefused, "403"),
        (503, b"\x1b[31m", RegistryRefused, "503"),
    ],
)
def test_refusals_have_their_words(
    fake: FakeRegistry, status: int, body: bytes, kind: type[LayerError], words: str
) -> None:
    media = "text/html; charset=utf-8" if body == HTML else "application/json"
    fake.special["/v2/me/app/manifests/1"] = lambda handler: handler.answer(
        status, body, Content_Type=media
    )
    with pytest.raises(kind) as caught:
        read_image(_client(fake))
    assert type(caught.value) is kind
    assert words in caught.value.detail
    assert "\x1b" not in str(caught.value)


def test_a_web_server_is_no_registry(fake: FakeRegistry) -> None:
    for path in ("/v2/", "/v2/me/app/manifests/1"):
        fake.special[path] = lambda handler: handler.answer(404, HTML)
    with pytest.raises(NotARegistry):
        read_image(_client(fake))
    fake.special.clear()
    assert _client(fake).is_registry()
    fake.auth = "basic"
    assert _client(fake).is_registry()


def _manifest(**told: object) -> bytes:
    return json.dumps({"schemaVersion": 2, **told}).encode()


DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b"\xff",
        b'{"schemaVersion": 1, "fsLayers": []}',
        _manifest(),
        _manifest(manifests=[]),
        _manifest(manifests=[7]),
        _manifest(manifests=[{"digest": "../../x"}]),
        _manifest(config={"digest": "x"}),
        _manifest(config={"digest": "md5:" + "0" * 32}),
        _manifest(config={"digest": DIGEST}),
        _manifest(config=7, layers=7),
        _manifest(config={"digest": DIGEST}, layers=[{}] * 2000),
        b" " * (5 << 20),
    ],
)
def test_a_hostile_manifest_is_an_error(fake: FakeRegistry, manifest: bytes) -> None:
    fake.manifests["1"] = manifest
    with pytest.raises(RegistryError):
        read_image(_client(fake))


@pytest.mark.parametrize(
    ("config", "layers"),
    [
        (b"[]", []),
        (b"{", []),
        (b'{"rootfs": {"diff_ids": ["a"]}}', []),
        (b'{"rootfs": {"diff_ids": ["a"]}}', [{"digest": DIGEST, "size": -1}]),
        (b'{"rootfs": {"diff_ids": ["a"]}}', [{"digest": DIGEST, "size": "9"}]),
        (b'{"rootfs": {"diff_ids": [7]}}', [{"digest": DIGEST, "size": 1}]),
        (b" " * (9 << 20), []),
    ],
)
def test_a_hostile_config_is_an_error(
    fake: FakeRegistry, config: bytes, layers: list[object]
) -> None:
    own = fake.put(config)
    fake.put_manifest({"config": {"digest": own}, "layers": layers}, "1")
    with pytest.raises(BadManifest):
        read_image(_client(fake))


def test_an_index_leads_to_this_machine(fake: FakeRegistry) -> None:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]
    own = fake.put_manifest(json.loads(fake.manifests["1"]), "own")
    platforms = [
        {"digest": DIGEST, "platform": {"os": "unknown", "architecture": "unknown"}},
        {"digest": DIGEST, "platform": {"os": "linux", "architecture": "mips"}},
        {"digest": own, "platform": {"os": "linux", "architecture": machine}},
        {"digest": DIGEST, "platform": {"os": "windows", "architecture": machine}},
    ]
    fake.put_manifest({"manifests": platforms}, "1")
    assert read_image(_client(fake)).digest == own
    fake.put_manifest({"manifests": [{"digest": DIGEST}]}, "2")
    fake.manifests[DIGEST] = fake.manifests["2"]
    fake.manifests["1"] = fake.manifests["2"]
    with pytest.raises(RegistryError):
        read_image(_client(fake))
    assert len(fake.asked) < 20


def test_wrong_digests_are_noticed(fake: FakeRegistry) -> None:
    fake.told_digest = DIGEST
    with pytest.raises(WrongDigest):
        read_image(_client(fake))
    fake.told_digest = ""
    image = read_image(_client(fake))
    fake.blobs[image.image_id] += b" "
    with pytest.raises(WrongDigest):
        read_image(_client(fake))
    reference = parse_reference(f"{fake.host}/me/app@{image.digest}")
    fake.manifests[image.digest] += b" "
    with pytest.raises(WrongDigest):
        read_image(RegistryClient(reference))


def test_parts(fake: FakeRegistry) -> None:
    client = _client(fake)
    digest = fake.put(b"0123456789")
    assert client.part(digest, 3, 4) == b"3456"
    fake.ranges = False
    with pytest.raises(NoParts):
        client.part(digest, 3, 4)
    path = f"/v2/me/app/blobs/{digest}"
    for told, body in (("bytes 0-3/10", b"0123"), ("bytes 3-6/10", b"345"), ("x", b"3456")):
        fake.special[path] = lambda handler, told=told, body=body: handler.answer(  # type: ignore[misc]
            206, body, Content_Range=told
        )
        with pytest.raises(NoParts):
            client.part(digest, 3, 4)
    fake.special[path] = lambda handler: handler.answer(416)
    with pytest.raises(NoParts):
        client.part(digest, 30, 4)


def test_what_never_answers_is_given_up(fake: FakeRegistry) -> None:
    def silent(handler: Handler) -> None:
        fake.let_go.wait(30)

    def half(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        fake.let_go.wait(30)

    def drop(handler: Handler) -> None:
        while not fake.let_go.wait(0.05):
            handler.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b" " * 70_000
            )

    for special in (silent, half, drop):
        fake.special["/v2/me/app/manifests/1"] = special
        reference = parse_reference(fake.reference)
        client = RegistryClient(reference, connections=Connections(silent=0.2))
        with pytest.raises(Unreachable):
            read_image(client)


def test_nobody_is_there(fake: FakeRegistry) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for host in (f"127.0.0.1:{port}", "nowhere.invalid"):
        with pytest.raises(Unreachable) as caught:
            read_image(RegistryClient(parse_reference(f"{host}/a:1")))
        assert host in caught.value.detail


def test_another_host_is_spoken_to_by_tls_alone(fake: FakeRegistry) -> None:
    """A server without TLS, under a name that is not this machine's."""
    with pytest.raises(BadTls):
        Connections().ask(f"https://{fake.host}/v2/", {})
    assert fake.asked == []


def test_proxies_are_used_but_for_this_machine(
    fake: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
    with FakeRegistry() as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
        monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
        proxy.special["/far"] = lambda handler: handler.answer(200, b"through")
        with Connections().ask("http://far.invalid/far", {}) as answer:
            assert answer.document(100) == b"through"
        assert proxy.asked[0].path == "http://far.invalid/far"
        read_image(_client(fake))
        assert len(proxy.asked) == 1
        with pytest.raises(Unreachable):
            Connections().ask("https://far.invalid/", {})


@pytest.fixture
def secure() -> Iterator[FakeRegistry]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTS / "server.pem", CERTS / "server-key.pem")
    with FakeRegistry(tls=context) as made:
        yield made


@pytest.fixture
def trusted(secure: FakeRegistry, tmp_path: Path) -> Path:
    """Docker's folder of authorities, with the one of this server."""
    folder = tmp_path / secure.host
    folder.mkdir()
    shutil.copy(CERTS / "ca.pem", folder / "ca.crt")
    (folder / "other.crt").write_text("no certificate")
    return tmp_path


def test_authorities_of_docker_are_trusted(secure: FakeRegistry, trusted: Path) -> None:
    url = f"https://{secure.host}/v2/"
    with Connections(secure.host, certificates=trusted).ask(url, {}) as answer:
        assert answer.status == 200
    with pytest.raises(BadTls):
        Connections("another", certificates=trusted).ask(url, {})
    with pytest.raises(BadTls):
        Connections(secure.host, certificates=trusted).ask(
            url.replace("127.0.0.1", "localhost"), {}
        )


def test_nothing_leads_from_https_to_http(secure: FakeRegistry, trusted: Path) -> None:
    connections = Connections(secure.host, certificates=trusted)
    target = f"http://{secure.host}/v2/"
    secure.special["/away"] = lambda handler: handler.answer(307, Location=target)
    with pytest.raises(NotARegistry):
        connections.ask(f"https://{secure.host}/away", {})
    challenge = Challenge("bearer", target)
    with pytest.raises(NotARegistry):
        authorization(connections, challenge, ME, "me/app", secure=True)
    assert len(secure.asked) == 1


def test_what_is_this_machine() -> None:
    assert all(map(is_loopback, ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]))
    assert not any(map(is_loopback, ["docker.io", "10.0.0.1", "localhost.evil.example", ""]))


def test_sources_in_registries_are_told_from_images_called_registry() -> None:
    assert all(map(is_remote, ["registry:nginx:1", "registry:a/b", "registry:a@sha256:0"]))
    assert not any(map(is_remote, ["registry:2", "registry", "registry/a:1", "nginx"]))
