"""The faults: by name, by text, counted, cleared."""

from __future__ import annotations

import pytest

from tui.practice.faults import KINDS, BadFault, Faults


def test_every_kind_can_be_set_without_more_words() -> None:
    faults = Faults()
    for name, parameters in KINDS.items():
        assert faults.set_text(name).parameters == parameters
    assert [fault.name for fault in faults.all()] == list(KINDS)


def test_a_text_tells_the_parameters() -> None:
    fault = Faults().set_text("status:path=/images/json, status=503,message=no: really")
    assert fault.parameters == {"path": "/images/json", "status": 503, "message": "no: really"}


@pytest.mark.parametrize(
    "text", ["nope", "hang:speed=1", "slow-link:speed=fast", "hang:times=x", ""]
)
def test_what_is_no_fault_is_told(text: str) -> None:
    with pytest.raises(BadFault):
        Faults().set_text(text)


def test_a_fault_strikes_on_its_path_alone() -> None:
    faults = Faults()
    faults.set("hang", path="/images")
    assert faults.strike("hang", "/containers/json") is None
    assert faults.strike("hang", "/images/json") is not None
    assert faults.strike("malformed", "/images/json") is None


def test_a_fault_strikes_so_many_times() -> None:
    faults = Faults()
    faults.set("status", path="/images", times=2)
    assert faults.strike("status", "/info") is None
    assert [faults.strike("status", "/images/x") is not None for _ in range(3)] == [
        True, True, False,
    ]  # fmt: skip
    assert faults.all() == []


def test_setting_it_again_counts_anew() -> None:
    faults = Faults()
    faults.set("disk-full", times=1)
    faults.set("disk-full")
    assert [faults.is_disk_full() for _ in range(3)] == [True, True, True]


def test_what_a_transfer_asks() -> None:
    faults = Faults()
    assert (faults.speed(7), faults.drop_at()) == (7, None)
    assert (faults.is_disk_full(), faults.refuses_pulls()) == (False, False)
    for text in (
        "slow-link:speed=5",
        "drop-pull:bytes=9,times=1",
        "disk-full",
        "too-many-requests",
    ):
        faults.set_text(text)
    assert (faults.speed(7), faults.drop_at(), faults.drop_at()) == (5, 9, None)
    assert (faults.is_disk_full(), faults.refuses_pulls()) == (True, True)


def test_clearing_one_and_all() -> None:
    faults = Faults()
    for name in KINDS:
        faults.set(name)
    faults.clear("hang")
    assert faults.peek("hang") is None
    assert faults.peek("drop") is not None
    faults.clear()
    assert faults.all() == []


@pytest.mark.parametrize("end", ["clear", "clear all", "set"])
def test_who_waits_for_the_end_of_a_fault_is_woken(end: str) -> None:
    faults = Faults()
    faults.set("hang", times=1)
    fault = faults.strike("hang", "/info")
    assert fault is not None
    assert faults.all() == []
    assert not fault.is_over.is_set()
    if end == "set":
        faults.set("hang")
    else:
        faults.clear("hang" if end == "clear" else "")
    assert fault.is_over.is_set()


def test_who_watches_is_told() -> None:
    faults = Faults()
    told: list[str] = []
    faults.on_set = lambda fault: told.append(fault.name)
    faults.set("restart", seconds=1)
    assert told == ["restart"]
