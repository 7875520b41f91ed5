"""The ways to registries: several questions at once, in order, and all of them cut."""

from __future__ import annotations

import threading

import pytest

from tests.registry.fakes import FakeRegistry, gzipped
from tui.browsing.ways import AT_A_TIME, Ways, in_parallel
from tui.credentials.login import Login
from tui.engine.errors import Cancelled
from tui.model.reference import HUB, ImageReference, parse_reference
from tui.registry.errors import Unreachable
from tui.registry.hub import HubAddresses


def _nothing() -> None:
    """Nobody cancels."""


def test_results_come_in_the_order_of_the_questions() -> None:
    gate = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert gate.wait(20), "the others go on meanwhile"
        if number == AT_A_TIME:
            gate.set()
        return number * 2

    assert list(in_parallel(work, range(10), _nothing)) == [number * 2 for number in range(10)]
    assert list(in_parallel(work, [], _nothing)) == []


def test_never_more_at_a_time() -> None:
    lock, now, most = threading.Lock(), 0, 0
    full = threading.Barrier(AT_A_TIME)

    def work(_number: int) -> None:
        nonlocal now, most
        with lock:
            now, most = now + 1, max(most, now + 1)
        full.wait(20)
        with lock:
            now -= 1

    assert len(list(in_parallel(work, range(3 * AT_A_TIME), _nothing))) == 3 * AT_A_TIME
    assert most == AT_A_TIME


def test_what_goes_wrong_in_a_thread_is_raised_here() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise Unreachable("far away")
        return number

    with pytest.raises(Unreachable, match="far away"):
        list(in_parallel(work, range(100), _nothing))


def test_nobody_waits_once_it_is_cancelled() -> None:
    let_go, cancelled = threading.Event(), threading.Event()
    begun = []

    def work(number: int) -> int:
        begun.append(number)
        cancelled.set()
        let_go.wait(20)
        return number

    def check() -> None:
        if cancelled.is_set():
            raise Cancelled

    with pytest.raises(Cancelled):
        list(in_parallel(work, range(1000), check))
    let_go.set()
    for one in threading.enumerate():
        if one.name == "registry":
            one.join(20)
    assert len(begun) <= 2 * AT_A_TIME


def test_hanging_up_ends_what_runs_and_what_comes() -> None:
    with FakeRegistry() as fake:
        fake.add([gzipped(b"")])
        asked = threading.Event()

        def hold(_handler: object) -> None:
            asked.set()
            fake.let_go.wait(20)

        fake.special["/v2/me/app/manifests/1"] = hold
        ways = Ways()

        def cancel() -> None:
            asked.wait(20)
            ways.hang_up()

        threading.Thread(target=cancel, daemon=True).start()
        reference = parse_reference(fake.reference)
        with pytest.raises(Unreachable):
            ways.registry(reference).head("1")
        before = len(fake.asked)
        with pytest.raises(Unreachable):
            ways.registry(reference).head("1")
        assert len(fake.asked) == before


def test_a_stand_in_for_docker_hub_does_not_get_its_login() -> None:
    told: list[str] = []

    def login(reference: ImageReference) -> Login | None:
        told.append(reference.domain)
        return Login("me", "secret")

    with FakeRegistry("library/app") as fake:
        fake.auth, fake.needs_login = "basic", True
        fake.add([gzipped(b"")])
        here = HubAddresses(f"http://{fake.host}", f"http://{fake.host}", fake.host)
        with pytest.raises(Exception, match="login"):
            Ways(here, login=login).registry(ImageReference(HUB, "library/app", "1")).head("1")
        assert told == []
        Ways(here, login=login).registry(ImageReference(fake.host, "library/app", "1")).head("1")
        assert told == [fake.host]
