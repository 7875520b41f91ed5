"""Instructions for `--change`: what is taken, and what is refused before the Engine is asked."""

from __future__ import annotations

import pytest

from tui.model.instructions import (
    NAMES,
    InvalidInstruction,
    checked_instruction,
    checked_instructions,
)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('cmd ["sh", "-c", "x"]', 'CMD ["sh", "-c", "x"]'),
        ("CMD echo [a]", "CMD echo [a]"),
        ("CMD [ -f /x ] && y", "CMD [ -f /x ] && y"),
        ('ENTRYPOINT ["a"]', 'ENTRYPOINT ["a"]'),
        ("ENV A=b C='d e'", "ENV A=b C='d e'"),
        ("ENV A b c", "ENV A b c"),
        ("LABEL a.b=c", "LABEL a.b=c"),
        ("EXPOSE 80 443/tcp 8000-8010/udp", "EXPOSE 80 443/tcp 8000-8010/udp"),
        ("EXPOSE $PORT", "EXPOSE $PORT"),
        ("HEALTHCHECK NONE", "HEALTHCHECK NONE"),
        ("HEALTHCHECK --interval=5s --retries=3 CMD x", None),
        ("ONBUILD RUN make", "ONBUILD RUN make"),
        ("STOPSIGNAL SIGRTMIN+3", "STOPSIGNAL SIGRTMIN+3"),
        ("STOPSIGNAL 9", "STOPSIGNAL 9"),
        ("USER me:group", "USER me:group"),
        ('VOLUME ["/a b"]', 'VOLUME ["/a b"]'),
        ("  workdir   /a b  ", "WORKDIR /a b"),
    ],
)
def test_what_is_taken(line: str, found: str | None) -> None:
    assert checked_instruction(line) == (found or line)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("FROM x", "FROM cannot be changed; these can: CMD"),
        ("RUN make", "RUN cannot be changed"),
        ("CMD", "CMD needs something"),
        ("CMD ['sh']", "in double quotes"),
        ('CMD ["a" "b"]', "in double quotes"),
        ("CMD [1]", "in double quotes"),
        ("ENV A", "NAME=VALUE"),
        ("ENV =b", "a name stands before"),
        ("EXPOSE http", "takes ports"),
        ("EXPOSE 99999", "takes ports"),
        ("HEALTHCHECK curl x", "NONE, or"),
        ("HEALTHCHECK CMD", "NONE, or"),
        ("HEALTHCHECK CMD ['x']", "in double quotes"),
        ("ONBUILD ONBUILD RUN x", "cannot hold ONBUILD"),
        ("ONBUILD from x", "cannot hold FROM"),
        ("STOPSIGNAL please stop", "takes a signal"),
        ("USER a b", "takes one word"),
    ],
)
def test_what_is_refused_and_why(line: str, why: str) -> None:
    with pytest.raises(InvalidInstruction, match=why):
        checked_instruction(line)


def test_empty_lines_are_left_out() -> None:
    assert checked_instructions(["", "CMD a", "  "]) == ("CMD a",)


def test_each_name_has_a_form_that_is_taken() -> None:
    forms = {"ENV": "A=b", "LABEL": "A=b", "EXPOSE": "1", "HEALTHCHECK": "NONE", "ONBUILD": "RUN x"}
    for name in NAMES:
        assert checked_instruction(f"{name} {forms.get(name, 'x')}")


def test_a_hostile_depth_is_no_list() -> None:
    with pytest.raises(InvalidInstruction):
        checked_instruction("CMD " + "[" * 100_000 + "]")
