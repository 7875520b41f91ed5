from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.layers.command import LONG, clean_command, full_command

HASH = "39e48d636938" + "4" * 52


@pytest.mark.parametrize(
    ("recorded", "written"),
    [
        ("", ""),
        ('/bin/sh -c #(nop)  CMD ["nginx" "-g"]', 'CMD ["nginx" "-g"]'),
        ("/bin/sh -c #(nop) WORKDIR /app", "WORKDIR /app"),
        ("/bin/bash -o pipefail -c #(nop) ENV A=b", "ENV A=b"),
        (f"/bin/sh -c #(nop) ADD file:{HASH} in / ", "ADD file:39e48d636938... in /"),
        (f"/bin/sh -c #(nop) COPY dir:{HASH} in /a ", "COPY dir:39e48d636938... in /a"),
        ("/bin/sh -c apt-get update", "RUN apt-get update"),
        ("/bin/bash -o pipefail -c a | b", "RUN a | b"),
        ("/bin/sh -ec make", "RUN make"),
        ("|2 A=1 B=two words /bin/sh -c make $A", "RUN make $A"),
        ("|0 /bin/sh -c make", "RUN make"),
        ("|1 A=1 make it", "RUN make it"),
        ("RUN /bin/sh -c make # buildkit", "RUN make"),
        ("RUN |1 A=b /bin/sh -c make # buildkit", "RUN make"),
        ("COPY a.txt /b # buildkit", "COPY a.txt /b"),
        ("EXPOSE map[443/tcp:{} 80/tcp:{}]", "EXPOSE 443/tcp 80/tcp"),
        ("WORKDIR /app", "WORKDIR /app"),
        ("bash", "bash"),
        ("sh -c echo 1", "sh -c echo 1"),
        ("/bin/sh", "/bin/sh"),
        ("powershell -Command $E = 'Stop'; Get-X", "powershell -Command $E = 'Stop'; Get-X"),
        ("cmd /S /C #(nop)  ENV A=b", "ENV A=b"),
        ("/bin/sh -c a \\\n   && \tb\r\n", "RUN a && b"),
    ],
)
def test_recorded_commands_read_like_a_dockerfile(recorded: str, written: str) -> None:
    assert clean_command(recorded) == written


def test_short_and_other_commands_stay_on_one_line() -> None:
    assert full_command("/bin/sh -c a && b") == "RUN a && b"
    labels = "LABEL " + " && ".join("abcdefghij" * 3 for _ in range(9))
    assert full_command(f"/bin/sh -c #(nop) {labels}") == labels


def test_long_runs_are_broken_outside_quotes() -> None:
    first, quoted = "f" * LONG, '\'a && b; c\' "x \\" && y"'
    command = f"/bin/sh -c {first} && echo {quoted}; ls || true"
    assert full_command(command).splitlines() == [
        f"RUN {first} \\",
        f"    && echo {quoted}; \\",
        "    ls \\",
        "    || true",
    ]


def test_full_text_keeps_digests_whole() -> None:
    assert HASH in full_command(f"/bin/sh -c #(nop) ADD file:{HASH} in / ")


@given(st.text() | st.text(alphabet=" \\\"'#|/-shc&;\n\t(nop)", max_size=300))
def test_any_text_becomes_lines_with_the_same_letters(text: str) -> None:
    assert "\n" not in clean_command(text)
    shown = "".join(full_command(text).split())
    assert "\t" not in full_command(text)
    assert len(shown) <= 2 * len(text) + len("RUN")


@pytest.mark.parametrize(
    "unit", ['"\\"', "'", " ", "-a", "|1 ", "/sh -a ", "/bin/sh -c #(nop) ", "; "]
)
def test_huge_commands_end(unit: str) -> None:
    """The time-out of the test run is the assertion: nothing here may take quadratic time."""
    text = "/bin/sh -c " + unit * 200_000
    assert len(full_command(text)) <= 20 * len(text)
    assert len(clean_command(text)) <= len(text)
