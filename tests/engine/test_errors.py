"""What raw failures and refusals become."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl

import docker.errors
import pytest
import requests
import urllib3.exceptions

from tui.engine import errors
from tui.engine.errors import EngineError
from tui.engine.translate import from_answer, translate
from tui.model.engine import Endpoint

ENDPOINT = Endpoint("unix:///nowhere/docker.sock", "default")


def _wrapped(cause: BaseException) -> requests.ConnectionError:
    """What requests makes of an error below urllib3."""
    outer = urllib3.exceptions.ProtocolError("Connection aborted.", cause)
    return requests.ConnectionError(outer)


def _api_error(status: int, text: str) -> docker.errors.APIError:
    response = requests.Response()
    response.status_code = status
    return docker.errors.APIError("message", response=response, explanation=text)


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (OSError(errno.ENOENT, "none"), errors.NoSocket),
        (OSError(errno.EACCES, "no"), errors.PermissionDenied),
        (OSError(errno.ECONNREFUSED, "no"), errors.Refused),
        (OSError(errno.ETIMEDOUT, "late"), errors.TimedOut),
        (OSError(errno.EHOSTUNREACH, "far"), errors.TimedOut),
        (OSError(errno.ECONNRESET, "reset"), errors.EngineGone),
        (OSError(errno.EPIPE, "pipe"), errors.EngineGone),
        (socket.gaierror(-2, "unknown"), errors.NoSocket),
        (TimeoutError("late"), errors.TimedOut),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), errors.TlsFailed),
        (http.client.RemoteDisconnected("closed"), errors.EngineGone),
        (http.client.BadStatusLine("SSH-2.0"), errors.NotAnEngine),
    ],
)
def test_causes_are_found_wherever_they_are_wrapped(
    cause: Exception, kind: type[EngineError]
) -> None:
    in_docker = docker.errors.DockerException("Error while fetching server API version")
    in_docker.__cause__ = _wrapped(cause)
    for exc in (cause, _wrapped(cause), in_docker):
        found = translate(exc, ENDPOINT)
        assert type(found) is kind
        assert ENDPOINT.url in found.title
        assert found.remedy


@pytest.mark.parametrize(
    ("exc", "kind"),
    [
        (requests.ReadTimeout("read timed out"), errors.TimedOut),
        (requests.ConnectTimeout("late"), errors.TimedOut),
        (urllib3.exceptions.ProtocolError("Response ended prematurely"), errors.EngineGone),
        (requests.JSONDecodeError("no", "x", 0), errors.BadAnswer),
        (KeyError("message"), errors.BadAnswer),
        (RecursionError(), errors.BadAnswer),
        (docker.errors.DockerException("?"), errors.EngineUnreachable),
    ],
)
def test_other_failures(exc: Exception, kind: type[EngineError]) -> None:
    assert type(translate(exc, ENDPOINT)) is kind


NO_LOGIN = 'Head "http://h/v2/r/manifests/t": no basic auth credentials'
DENIED = (
    "pull access denied for r, repository does not exist or may require 'docker login': "
    "denied: requested access to the resource is denied"
)
IN_USE = (
    'conflict: unable to remove repository reference "unauthorized: x" (must force) - '
    "container c is using its referenced image i"
)


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (404, "No such image: x:1", errors.NotFound),
        (404, "no such image: x: No such image: x", errors.NotFound),
        (404, "failed to find image x: image not known", errors.NotFound),
        (404, "manifest for h/r:t not found: manifest unknown: manifest unknown", errors.NotFound),
        (0, "An image does not exist locally with the tag: h/r", errors.NotFound),
        (404, 'failed to resolve reference "h/r:t": h/r:t: not found', errors.NotFound),
        (404, DENIED, errors.AccessDenied),
        (500, NO_LOGIN, errors.NotLoggedIn),
        (500, "unauthorized: unauthorized to access repository: a/b, action: push",
         errors.AccessDenied),
        (0, "denied: access forbidden", errors.AccessDenied),
        (500, "unauthorized: authentication required", errors.AuthRequired),
        (500, "unexpected status from HEAD request: 401 Unauthorized", errors.AuthRequired),
        (401, "authentication required - incorrect username or password", errors.LoginRejected),
        (500, "toomanyrequests: You have reached your pull rate limit.", errors.RateLimited),
        (500, "unexpected status from HEAD request: 429 Too Many Requests", errors.RateLimited),
        (500, "dial tcp 127.0.0.1:5999: connect: connection refused", errors.RegistryDown),
        (500, "dial tcp: lookup h on d:53: no such host", errors.RegistryUnknown),
        (500, "http: server gave HTTP response to HTTPS client", errors.RegistryPlain),
        (500, "x509: certificate signed by unknown authority", errors.RegistryUntrusted),
        (500, "read tcp 1->2: read: connection reset by peer", errors.RegistryUnreachable),
        (0, "no matching manifest for linux/s390x in the manifest list", errors.NoSuchPlatform),
        (409, IN_USE, errors.Conflict),
        (
            409,
            "Container 64a5e0465dcf is paused, unpause the container before exec",
            errors.ContainerPaused,
        ),
        (409, 'The name "/a is paused" is already in use', errors.Conflict),
        (500, "unable to delete image by ID with more than one tag: please force removal",
         errors.Conflict),
        (500, "docker.io/me/app@sha256:8e09: tag not known", errors.NotFound),
        (500, "normalizing name: cannot specify 64-byte hexadecimal strings", errors.NotFound),
        (500, "renaming container c: UNIQUE constraint failed: x.Name", errors.Conflict),
        (400, "invalid reference format", errors.EngineRefused),
        (500, "write /var/lib/docker/x: no space left on device", errors.EngineDiskFull),
        (500, "something else", errors.EngineRefused),
        (501, "not here", errors.Unsupported),
    ],
)  # fmt: skip
def test_refusals_are_told_apart(status: int, text: str, kind: type[EngineError]) -> None:
    for found in (from_answer(status, text), translate(_api_error(status, text), ENDPOINT)):
        assert type(found) is kind
        assert found.detail == text


def test_a_refusal_keeps_its_status() -> None:
    found = translate(_api_error(418, "teapot"), ENDPOINT)
    assert isinstance(found, errors.EngineRefused)
    assert found.status == 418


def test_texts_from_outside_are_made_harmless() -> None:
    found = from_answer(500, "\x1b[31mred\u202e {0}")
    assert found.detail == "\\x1b[31mred\\u202e {0}"
    named = errors.UnknownContext(name="\x1b{x}", known="", origin="")
    assert named.title == "There is no docker context \\x1b{x}."


def test_an_engine_error_is_left_as_it_is() -> None:
    inner = errors.Cancelled()
    outer = RuntimeError("later")
    outer.__cause__ = inner
    assert translate(outer, ENDPOINT) is inner


def _family(kind: type[EngineError]) -> set[type[EngineError]]:
    """The kind and those derived from it in its own module; others may derive elsewhere."""
    children = (child for child in kind.__subclasses__() if child.__module__ == kind.__module__)
    return {kind}.union(*(_family(child) for child in children))


def test_the_tree_names_the_whole_family() -> None:
    tree = errors.__doc__ or ""
    names = {kind.__name__ for kind in _family(EngineError)}
    assert "Cancelled" in names
    assert {name for name in names if name not in tree} == set()


@pytest.mark.parametrize("kind", sorted(_family(EngineError), key=str))
def test_sentences_are_whole(kind: type[EngineError]) -> None:
    fields = ("url", "path", "name", "known", "origin", "theirs", "ours", "group", "user")
    wanted = {key: "v" for key in fields if f"{{{key}}}" in kind.TITLE + kind.REMEDY}
    if issubclass(kind, errors.EngineUnreachable):
        wanted["url"] = "v"
    error = kind(**wanted)
    for sentence in (error.title, error.remedy):
        assert sentence.endswith(".")
        assert "{" not in sentence
