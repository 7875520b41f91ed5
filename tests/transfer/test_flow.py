"""Bytes that flow by: counted, timed, and whole or not."""

from __future__ import annotations

import io
import tarfile

import pytest

from tests.transfer.test_rootfs import TAR, tar_of
from tui.model.progress import Progress
from tui.transfer.errors import CutOff
from tui.transfer.flow import ByteMeter, copy_tar


def meter() -> ByteMeter:
    return ByteMeter("x", 0, lambda _progress: None)


def test_a_tar_is_copied_byte_for_byte() -> None:
    out = io.BytesIO()
    counted = meter()
    assert copy_tar(io.BytesIO(TAR + b"rest"), out, counted) == 3
    assert out.getvalue() == TAR + b"rest"
    assert counted.done == len(TAR) + 4


def test_a_tar_without_files_is_whole() -> None:
    assert copy_tar(io.BytesIO(tar_of({})), io.BytesIO(), meter()) == 0


ZEROS = tar_of({"a": bytes(4096)})


@pytest.mark.parametrize("end", [0, 100, 512, 1024, 512 + 4096])
def test_a_tar_that_ends_too_early_is_not(end: int) -> None:
    """Also where the content's own zeros stand at the end."""
    with pytest.raises(CutOff):
        copy_tar(io.BytesIO(ZEROS[:end]), io.BytesIO(), meter())


def test_long_names_and_large_files_are_understood() -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(tarfile.TarInfo("n" * 300 + "\udcff"))
    assert copy_tar(io.BytesIO(data.getvalue()), io.BytesIO(), meter()) == 1


def test_speed_is_of_the_last_seconds_and_a_total_never_too_small() -> None:
    now = [0.0]
    told: list[Progress] = []
    counted = ByteMeter("x", 100, told.append, clock=lambda: now[0])
    now[0] = 1.0
    counted.add(50)
    assert (told[-1].done, told[-1].total, told[-1].speed) == (50, 100, 50.0)
    now[0] = 100.0
    counted.add(100)
    assert (told[-1].done, told[-1].total) == (150, 150)
    now[0] = 101.0
    counted.add(10)
    assert told[-1].speed == 10.0
