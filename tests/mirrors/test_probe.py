"""Mirrors asked over real connections: those that work, and every way not to."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.registry.fakes import Blob, FakeRegistry, Handler, gzipped
from tui.mirrors.probe import Probe
from tui.mirrors.probing import image_of, is_insecure, ordered, probe_mirrors
from tui.mirrors.verdicts import SENTENCES, sentence, verdict_of_error
from tui.model.mirrors import MirrorPlace, MirrorProbe, Mirrors, PlaceKind, Verdict
from tui.model.reference import InvalidReference
from tui.registry.errors import Unreachable

CERTS = Path(__file__).parents[1] / "engine" / "certs"
HELLO = image_of("")
MANIFEST = "/v2/library/hello-world/manifests/latest"
LARGE = Blob(bytes(range(256)) * 4096, b"")


@pytest.fixture
def mirror() -> Iterator[FakeRegistry]:
    with FakeRegistry("library/hello-world") as made:
        made.add([gzipped(b""), LARGE], tag="latest")
        yield made


def _ask(mirror: FakeRegistry, *, scheme: str = "http", **options: object) -> MirrorProbe:
    address = f"{scheme}://{mirror.host}"
    return Probe(address, HELLO, seconds=1.0, **options).run()  # type: ignore[arg-type]


def test_a_mirror_that_works(mirror: FakeRegistry) -> None:
    probe = _ask(mirror)
    assert probe.verdict is Verdict.FINE, probe
    assert probe.is_fine
    assert probe.size == len(LARGE.data), "the largest layer tells most of speed"
    assert probe.rate > 0
    assert probe.first_byte > 0
    asked = [(one.method, one.path) for one in mirror.asked]
    assert asked[:3] == [("GET", "/v2/"), ("HEAD", MANIFEST), ("GET", MANIFEST)]
    assert len(asked) == 4
    assert [step[1] for step in probe.steps[:3]] == ["200", "200", "200"]


def test_of_a_small_layer_no_speed_is_told(mirror: FakeRegistry) -> None:
    mirror.add([gzipped(b"")], tag="latest")
    probe = _ask(mirror)
    assert (probe.is_fine, probe.rate) == (True, 0.0)


def test_a_mirror_that_wants_a_token_of_anybody(mirror: FakeRegistry) -> None:
    mirror.auth = "bearer"
    probe = _ask(mirror)
    assert probe.is_fine, probe
    assert any(one.path.startswith("/token?") for one in mirror.asked)


def test_a_mirror_below_a_path(mirror: FakeRegistry) -> None:
    def handed_on(handler: Handler) -> None:
        handler.path = handler.path.removeprefix("/hub")
        handler._content(handler.path)

    paths = (*mirror.manifests, *mirror.blobs)
    kinds = ("manifests", "blobs")
    for path in (
        "/v2/",
        *(f"/v2/library/hello-world/{kind}/{one}" for one in paths for kind in kinds),
    ):
        mirror.special[f"/hub{path}"] = handed_on
    assert Probe(f"http://{mirror.host}/hub/", HELLO).run().is_fine


def _answers(status: int, body: bytes = b"", **headers: str) -> Callable[[Handler], None]:
    return lambda handler: handler.answer(status, body, **headers)


HTML = {"Content_Type": "text/html; charset=utf-8"}
JSON = {"Content_Type": "application/json"}
LISTED = b'{"errors":[{"code":"DENIED","message":"this image is not in the allowlist."}]}'


@pytest.mark.parametrize(
    ("path", "answer", "verdict", "words"),
    [
        ("/v2/", _answers(200, b"<html>Log in", **HTML), Verdict.PAGE, "200"),
        ("/v2/", _answers(403, b"<html>no", **HTML), Verdict.PAGE, "403"),
        ("/v2/", _answers(404, b"no such page"), Verdict.NOT_A_REGISTRY, "404"),
        ("/v2/", _answers(200, b"hello"), Verdict.NOT_A_REGISTRY, "200"),
        ("/v2/", _answers(401, b"who?"), Verdict.NOT_A_REGISTRY, "401"),
        ("/v2/", _answers(429, b"slow down"), Verdict.TOO_MANY, "slow down"),
        ("/v2/", _answers(502, b"bad gateway"), Verdict.BROKEN, "502 bad gateway"),
        (
            "/v2/",
            _answers(401, WWW_Authenticate='Basic realm="x"'),
            Verdict.LOGIN,
            "",
        ),
        (MANIFEST, _answers(404, b'{"errors":[{"message":"unknown"}]}'), Verdict.NO_IMAGE, "unk"),
        (MANIFEST, _answers(403, LISTED, **JSON), Verdict.NOT_ALLOWED, "allowlist"),
        (MANIFEST, _answers(403, b'{"message": "no"}'), Verdict.DENIED, "no"),
        (MANIFEST, _answers(403, b"<html>no", **HTML), Verdict.PAGE, "403"),
        (MANIFEST, _answers(200, b"<html>hi", **HTML), Verdict.PAGE, "200"),
        (MANIFEST, _answers(200, b"no json"), Verdict.NOT_A_REGISTRY, "latest"),
        (MANIFEST, _answers(200, b"{}", Docker_Content_Digest="sha256:" + "0" * 64),
         Verdict.DAMAGED, "sha256"),
        (MANIFEST, _answers(429, b'{"errors":[{"message":"too many"}]}'), Verdict.TOO_MANY, "too"),
        (MANIFEST, _answers(200, b'{"manifests": []}'), Verdict.NO_IMAGE, "hello-world"),
    ],
)  # fmt: skip
def test_the_reason_in_words(
    mirror: FakeRegistry,
    path: str,
    answer: Callable[[Handler], None],
    verdict: Verdict,
    words: str,
) -> None:
    mirror.special[path] = answer
    probe = _ask(mirror)
    assert probe.verdict is verdict, probe
    assert words in probe.detail
    assert not probe.is_fine


def test_a_layer_that_is_not_what_it_is_called(mirror: FakeRegistry) -> None:
    digest = next(name for name, data in mirror.blobs.items() if data == LARGE.data)
    for data in (b"x" * len(LARGE.data), LARGE.data[:-1], b""):
        mirror.blobs[digest] = data
        assert _ask(mirror).verdict is Verdict.DAMAGED


def test_a_login_page_of_the_network(mirror: FakeRegistry) -> None:
    with FakeRegistry() as portal:
        portal.special["/login"] = _answers(200, b"<html>Welcome", **HTML)
        mirror.special["/v2/"] = _answers(302, Location=f"http://{portal.host}/login")
        probe = _ask(mirror)
    assert probe.verdict is Verdict.PAGE
    assert portal.host in probe.steps[0][1]


def test_hostile_words_are_made_harmless(mirror: FakeRegistry) -> None:
    mirror.special[MANIFEST] = _answers(403, b'{"message": "\\u001b[31m\\u202eno"}')
    assert "\x1b" not in _ask(mirror).detail


def test_a_mirror_that_hangs(mirror: FakeRegistry) -> None:
    def hang(handler: Handler) -> None:
        mirror.let_go.wait(30)

    mirror.special[MANIFEST] = hang
    assert _ask(mirror).verdict is Verdict.HANGS


def test_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert Probe(f"http://127.0.0.1:{port}", HELLO).run().verdict is Verdict.REFUSED
    assert Probe("http://nowhere.invalid", HELLO).run().verdict is Verdict.NO_NAME


def _served(cert: Path, key: Path) -> FakeRegistry:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    made = FakeRegistry("library/hello-world", tls=context)
    made.add([LARGE], tag="latest")
    return made


def test_tls(tmp_path: Path) -> None:
    with _served(CERTS / "server.pem", CERTS / "server-key.pem") as secure:
        assert _ask(secure, scheme="https").verdict is Verdict.TLS_UNKNOWN
        folder = tmp_path / secure.host
        folder.mkdir()
        shutil.copy(CERTS / "ca.pem", folder / "ca.crt")
        known = {"certificates": str(tmp_path)}
        assert _ask(secure, scheme="https", **known).is_fine, "certs.d of the Engine is honoured"
        assert _ask(secure, scheme="https", insecure=True).is_fine
        other = f"localhost:{secure.port}"
        shutil.copytree(folder, tmp_path / other)
        probe = Probe(f"https://{other}", HELLO, certificates=str(tmp_path)).run()
        assert probe.verdict is Verdict.TLS_NAME


def test_a_certificate_that_has_expired(tmp_path: Path) -> None:
    cert, key = CERTS / "expired.pem", CERTS / "expired-key.pem"
    with _served(cert, key) as secure:
        folder = tmp_path / secure.host
        folder.mkdir()
        shutil.copy(cert, folder / "ca.crt")
        probe = _ask(secure, scheme="https", certificates=str(tmp_path))
    assert probe.verdict is Verdict.TLS_EXPIRED


def test_plain_http_where_tls_is_expected(mirror: FakeRegistry) -> None:
    assert _ask(mirror, scheme="https").verdict is Verdict.TLS_PLAIN


def test_each_verdict_has_words() -> None:
    assert set(SENTENCES) == set(Verdict)
    assert sentence(Verdict.DENIED, "why") == "refuses (403): why"


def test_errors_behind_errors() -> None:
    error = Unreachable("x")
    error.__cause__ = URLError(TimeoutError())
    assert verdict_of_error(error) is Verdict.HANGS
    assert verdict_of_error(Unreachable("x")) is Verdict.UNREACHABLE


def test_mirrors_are_asked_at_the_same_time(mirror: FakeRegistry) -> None:
    """Three that wait for each other: one after the other none would ever answer."""
    meeting = threading.Barrier(3, timeout=20)
    with FakeRegistry("library/hello-world") as second, FakeRegistry() as third:
        for one in (mirror, second, third):

            def meet(handler: Handler) -> None:
                meeting.wait()
                handler.answer(200, b"{}", **JSON)

            one.special["/v2/"] = meet
        told: list[MirrorProbe] = []
        mirrors = [f"http://{one.host}" for one in (mirror, second, third)]
        found = probe_mirrors(
            Mirrors(), [*mirrors, "ftp://x"], HELLO, tell=told.append, is_over=threading.Event()
        )
    verdicts = [probe.verdict for probe in found]
    assert verdicts[:3] == [Verdict.FINE, Verdict.NO_IMAGE, Verdict.NO_IMAGE]
    assert verdicts[3] is Verdict.BAD_ADDRESS
    assert set(told) == set(found)


def test_asking_is_stopped(mirror: FakeRegistry) -> None:
    asked, is_over = threading.Event(), threading.Event()

    def hang(handler: Handler) -> None:
        asked.set()
        mirror.let_go.wait(30)

    mirror.special["/v2/"] = hang

    def stop() -> None:
        assert asked.wait(20)
        is_over.set()

    threading.Thread(target=stop).start()
    address = f"http://{mirror.host}"
    found = probe_mirrors(Mirrors(), [address], HELLO, tell=lambda _probe: None, is_over=is_over)
    assert found == ()


def test_the_order_that_follows() -> None:
    def probe(mirror: str, verdict: Verdict, rate: float = 0, first: float = 0) -> MirrorProbe:
        return MirrorProbe(mirror, "x", verdict, rate=rate, first_byte=first)

    probes = {
        one.mirror: one
        for one in (
            probe("https://dead/", Verdict.HANGS),
            probe("https://slow/", Verdict.FINE, 1000, 0.1),
            probe("https://fast/", Verdict.FINE, 9000, 0.9),
        )
    }
    mirrors = ("https://dead", "https://new", "https://slow/", "https://fast")
    assert ordered(mirrors, probes) == (
        "https://fast", "https://slow/", "https://new", "https://dead",
    )  # fmt: skip
    assert ordered(mirrors, {}) == mirrors


def test_whom_the_engine_does_not_check() -> None:
    insecure = ("10.0.0.0/8", "127.0.0.0/8", "mirror.example:5000", "plain.example")
    for mirror in ("https://10.1.2.3/", "https://mirror.example:5000/", "https://plain.example/"):
        assert is_insecure(mirror, insecure)
    assert is_insecure("https://127.0.0.1:5/", ())
    assert not is_insecure("https://mirror.example/", insecure)
    assert not is_insecure("https://11.1.2.3/", insecure)


def test_only_images_of_docker_hub_are_asked_for() -> None:
    assert (HELLO.path, HELLO.tag_or_default) == ("library/hello-world", "latest")
    for text in ("ghcr.io/a/b", "127.0.0.1:5000/x", "A", "x y"):
        with pytest.raises(InvalidReference):
            image_of(text)


def test_the_place_tells_whose_certificates_count(tmp_path: Path) -> None:
    """Through the whole: loopback is never checked, as by the Engine."""
    with _served(CERTS / "server.pem", CERTS / "server-key.pem") as secure:
        place = MirrorPlace(PlaceKind.FILE, certificates=str(tmp_path))
        (probe,) = probe_mirrors(
            Mirrors(place),
            [f"https://{secure.host}"],
            HELLO,
            tell=lambda _probe: None,
            is_over=threading.Event(),
        )
    assert probe.is_fine
    assert probe.at <= time.time()
