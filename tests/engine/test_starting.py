"""Why a container does not start: the words of Engines, and what is made of them."""

from __future__ import annotations

import pytest

from tui.engine.starting import MadeContainer, why_not

OCI = (
    "failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: "
)
BIND = "driver failed programming external connectivity on endpoint web (ab12): "


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (f"{BIND}Bind for 0.0.0.0:8080 failed: port is already allocated", "Port 8080 is taken"),
        (
            f"{BIND}Bind for 127.0.0.1:53 failed: port is already allocated",
            "Port 127.0.0.1:53 is taken",
        ),
        (
            f"{BIND}Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: "
            "address already in use",
            "Port 80 is taken",
        ),
        (f"{BIND}listen tcp6 [::1]:80: bind: address already in use", "Port [::1]:80 is taken"),
        (
            "failed to set up container networking: " + BIND.replace(" endpoint web (ab12)", "")
            + "Bind for 0.0.0.0:8080 failed: port is already allocated",
            "Port 8080 is taken",
        ),
        (
            "rootlessport listen tcp 0.0.0.0:8080: bind: address already in use",
            "Port 8080 is taken",
        ),
        (
            f'{OCI}exec: "nope": executable file not found in $PATH: unknown',
            "There is no program nope in it",
        ),
        (
            f'{OCI}exec: "/nope": stat /nope: no such file or directory: unknown',
            "There is no program /nope in it",
        ),
        (
            'crun: executable file `nope` not found in $PATH: No such file or directory: OCI '
            "runtime attempted to invoke a command that was not found",
            "There is no program nope in it",
        ),
        (f'{OCI}exec: "/etc": permission denied: unknown', "/etc is there, but is no program"),
        ("network nope not found", "There is no such network"),
        ("something \x1b[2J else.", "The Engine refuses: something \\x1b[2J else"),
    ],
)  # fmt: skip
def test_the_engines_words_become_a_reason(words: str, why: str) -> None:
    assert why_not(words).startswith(why)
    assert why_not(words).isprintable()


@pytest.mark.parametrize(
    ("program", "is_shell"),
    [
        (("sh",), True),
        (("/bin/bash", "-l"), True),
        (("sh", "-c"), True),
        (("sh", "-c", "ls"), False),
        (("ls",), False),
        ((), False),
        (("",), False),
    ],
)
def test_a_shell_is_known(program: tuple[str, ...], is_shell: bool) -> None:
    assert MadeContainer("a", "web", program).is_shell is is_shell
