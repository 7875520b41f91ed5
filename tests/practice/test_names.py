from __future__ import annotations

import pytest

from tui.practice.names import Reference, glob, image_id_of, matches, parse
from tui.practice.times import NEVER, moment, nanoseconds, seconds, written
from tui.practice.wire import ApiError

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "full", "familiar"),
    [
        ("nginx", "docker.io/library/nginx", "nginx"),
        ("nginx:1", "docker.io/library/nginx:1", "nginx:1"),
        ("docker.io/nginx:1", "docker.io/library/nginx:1", "nginx:1"),
        ("index.docker.io/library/nginx", "docker.io/library/nginx", "nginx"),
        ("me/web:v1.2-x", "docker.io/me/web:v1.2-x", "me/web:v1.2-x"),
        ("library/a/b", "docker.io/library/a/b", "library/a/b"),
        ("localhost/web", "localhost/web", "localhost/web"),
        ("127.0.0.1:5000/a/b:c", "127.0.0.1:5000/a/b:c", "127.0.0.1:5000/a/b:c"),
        ("GHCR.io/a__b/c-d", "GHCR.io/a__b/c-d", "GHCR.io/a__b/c-d"),
        (f"web@{DIGEST}", f"docker.io/library/web@{DIGEST}", f"web@{DIGEST}"),
        (f"web:1@{DIGEST}", f"docker.io/library/web:1@{DIGEST}", f"web:1@{DIGEST}"),
    ],
)
def test_names_in_full_and_as_people_write_them(text: str, full: str, familiar: str) -> None:
    found = parse(text)
    assert (found.full, found.familiar) == (full, familiar)
    assert f"{found.domain}/{found.path}" == found.repository


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "invalid reference format"),
        ("Web", "invalid reference format: repository name must be lowercase"),
        ("a:b:c", "invalid reference format"),
        ("a/", "invalid reference format"),
        ("-a", "invalid reference format"),
        ("a:" + "t" * 129, "invalid reference format"),
        ("a\n", "invalid reference format"),
        ("a@sha256:1234", "invalid reference format"),
        ("a" * 256, "repository name must not be more than 255 characters"),
        (
            "a" * 64,
            f"invalid repository name ({'a' * 64}), cannot specify 64-byte hexadecimal strings",
        ),
    ],
)
def test_what_is_no_name(text: str, why: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse(text)
    assert (refused.value.status, refused.value.message) == (400, why)


def test_latest_is_the_tag_of_names_without_one() -> None:
    assert parse("web").tagged.familiar == "web:latest"
    assert parse(f"web@{DIGEST}").tagged == parse(f"web@{DIGEST}")


def test_whole_ids() -> None:
    assert image_id_of("a" * 64) == DIGEST
    assert image_id_of(DIGEST) == DIGEST
    assert image_id_of("a" * 63) is None
    assert image_id_of("A" * 64) is None


@pytest.mark.parametrize(
    ("pattern", "is_meant"),
    [
        ("me/web", True),
        ("me/web:1", True),
        ("*/*", True),
        ("me/w?b", True),
        ("me/web:[0-9]", True),
        ("me/[^a]eb", True),
        (r"me/\web", True),
        ("*", False),
        ("web", False),
        ("me/web:2", False),
        ("docker.io/me/web", False),
        ("me/[^w]eb", False),
    ],
)
def test_reference_filters_are_gos_path_match(pattern: str, is_meant: bool) -> None:
    assert matches(pattern, Reference("docker.io/me/web", "1")) is is_meant


def test_a_bracket_without_end_is_refused() -> None:
    with pytest.raises(ApiError, match="syntax error in pattern"):
        glob("[a")


def test_times_are_read_and_written_as_go_does() -> None:
    assert nanoseconds("1970-01-01T00:00:01.5Z") == 1_500_000_000
    assert seconds("1970-01-01T02:00:00+02:00") == 0
    assert seconds("1969-12-31T23:59:59.5Z") == -1
    assert seconds("") == seconds(NEVER) == -62135596800
    assert written("2020-01-02T03:04:05.1200Z") == "2020-01-02T03:04:05.12Z"
    assert written("2020-01-02T03:04:05.000+00:00") == "2020-01-02T03:04:05Z"
    assert written("2020-01-02T03:04:05+08:00") == "2020-01-02T03:04:05+08:00"
    assert written("None") == NEVER


def test_moments_of_until_and_since() -> None:
    assert moment("1h30m", 10_000) == 4600
    assert moment("1.5s", 10) == 8.5
    assert moment("77.25", 10) == 77.25
    assert moment("1970-01-02", 10) == 86400
    assert moment("1970-01-01T00:01", 10) == 60
    for wrong in ("x", "1x", "", "h"):
        with pytest.raises(ValueError, match="failed to parse value as time or duration"):
            moment(wrong, 10)
