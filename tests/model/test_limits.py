"""Limits, read and written as the docker command does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tui.model import limits
from tui.model.limits import InvalidLimit, RestartPolicy

MIB = 1024**2


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512m", 512 * MIB),
        ("512M", 512 * MIB),
        ("512 mb", 512 * MIB),
        ("512MiB", 512 * MIB),
        ("1.5g", 1536 * MIB),
        (".5g", 512 * MIB),
        ("1.g", 1024 * MIB),
        ("1024k", MIB),
        ("100b", 100),
        ("1048576", MIB),
        (" 1t ", 1024 * 1024 * MIB),
        ("0.3k", 307),
    ],
)
def test_sizes_are_dockers_own(text: str, size: int) -> None:
    assert limits.parse_memory(text) == size


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (512 * MIB, "512m"),
        (1536 * MIB, "1.5g"),
        (1100 * MIB, "1100m"),
        (10 * 1024 * MIB, "10g"),
        (100 * MIB, "100m"),
        (MIB + 1, "1048577b"),
        (1000, "1000b"),
        (0, "0"),
        (-1, "-1"),
    ],
)
def test_a_size_is_written_as_docker_reads_it(size: int, text: str) -> None:
    assert limits.memory_text(size) == text
    if size > 0:
        assert limits.parse_memory(text) == size


@pytest.mark.parametrize(
    ("text", "nano", "again"),
    [
        ("1.5", 1_500_000_000, "1.5"),
        ("2", 2_000_000_000, "2"),
        (".25", 250_000_000, "0.25"),
        ("10.0", 10_000_000_000, "10"),
        ("0.000000001", 1, "0.000000001"),
    ],
)
def test_cpus(text: str, nano: int, again: str) -> None:
    assert limits.parse_cpus(text) == nano
    assert limits.cpus_text(nano) == again


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("no", RestartPolicy()),
        ("always", RestartPolicy("always")),
        ("unless-stopped", RestartPolicy("unless-stopped")),
        ("on-failure", RestartPolicy("on-failure")),
        ("on-failure:3", RestartPolicy("on-failure", 3)),
    ],
)
def test_restart_policies(text: str, policy: RestartPolicy) -> None:
    assert limits.parse_restart(text) == policy
    assert str(policy) == text


@pytest.mark.parametrize("text", ["0", "0-3", "0,2", "0-1,3"])
def test_sets_of_cpus(text: str) -> None:
    assert limits.parse_cpuset(f" {text} ") == text


def test_no_limit_where_docker_has_a_word_for_it() -> None:
    assert limits.parse_swap("-1") == limits.UNLIMITED
    assert limits.parse_pids("-1") == limits.UNLIMITED
    assert limits.parse_swap("1g") == 1024 * MIB
    assert limits.parse_pids("100") == 100
    assert limits.parse_shares("512") == 512


@pytest.mark.parametrize(
    ("parse", "text", "said"),
    [
        (limits.parse_memory, "", '"" is no size'),
        (limits.parse_memory, "much", "much is no size"),
        (limits.parse_memory, "1,5g", "1,5g is no size"),
        (limits.parse_memory, "-5m", "-5m is no size"),
        (limits.parse_memory, "5mm", "5mm is no size"),
        (limits.parse_memory, "٣m", "is no size"),
        (limits.parse_memory, "9999999p", "more than an Engine can count"),
        (limits.parse_memory_limit, "512", "512 is too little: an Engine takes 6m or more."),
        (limits.parse_memory_limit, "-1", "give a high one"),
        (limits.parse_swap, "-2", "-2 is no size"),
        (limits.parse_cpus, "0", "0 is no number of CPUs"),
        (limits.parse_cpus, "two", "two is no number of CPUs"),
        (limits.parse_cpus, "-1", "-1 is no number of CPUs"),
        (limits.parse_cpus, "0.1234567891", "is no number of CPUs"),
        (limits.parse_cpus, "9" * 30, "is no number of CPUs"),
        (limits.parse_cpuset, "0-", "0- names no CPUs"),
        (limits.parse_cpuset, "a", "a names no CPUs"),
        (limits.parse_shares, "1", "1 is no weight"),
        (limits.parse_shares, "300000", "300000 is no weight"),
        (limits.parse_pids, "0", "0 is no number of processes"),
        (limits.parse_restart, "sometimes", "no, on-failure, always, unless-stopped"),
        (limits.parse_restart, "always:3", "Only on-failure takes a number of retries."),
        (limits.parse_restart, "on-failure:x", "x is no number of retries"),
        (limits.parse_restart, "on-failure:-1", "-1 is no number of retries"),
    ],
)
def test_what_does_not_fit_is_said(parse: Callable[[str], object], text: str, said: str) -> None:
    with pytest.raises(InvalidLimit) as refusal:
        parse(text)
    assert said in str(refusal.value)


def test_what_was_typed_is_shown_harmless() -> None:
    with pytest.raises(InvalidLimit) as refusal:
        limits.parse_memory("\x1b[2Jm")
    assert "\x1b" not in str(refusal.value)
