"""The form of limits: it begins with what is set, and sends what was changed.

What the Engine would refuse for what is set is said while one types, and memory with swap
is set along with the memory where the Engine wants both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from tui.actions.action import Action, some_names
from tui.actions.forms.form import Field, FieldKind, Form, NotYet
from tui.actions.selection import Selection
from tui.actions.values.updating import UpdateContainers
from tui.i18n import N_, _, ngettext
from tui.model import limits
from tui.model.limits import RESTARTS, UNLIMITED, InvalidLimit, RestartPolicy, memory_text
from tui.model.resources import NO_UPDATE, Resources, UpdateConfig
from tui.model.text import visible

AS_IT_IS: Final = ""
RETRYING: Final = "on-failure"

T = TypeVar("T")

_TEXTS: Final[Mapping[str, Callable[[Resources], str]]] = {
    "memory": lambda one: memory_text(one.memory) if one.memory else "",
    "memory_swap": lambda one: memory_text(one.memory_swap) if one.memory_swap else "",
    "memory_reservation": lambda one: (
        memory_text(one.memory_reservation) if one.memory_reservation else ""
    ),
    "nano_cpus": lambda one: limits.cpus_text(one.nano_cpus) if one.nano_cpus else "",
    "cpu_shares": lambda one: str(one.cpu_shares or ""),
    "cpuset": lambda one: one.cpuset,
    "pids": lambda one: str(one.pids or ""),
    "restart": lambda one: one.restart.name,
    "retries": lambda one: str(one.restart.retries or ""),
}
"""Field → what stands in it for a container."""

_LABELS: Final = (
    ("memory", N_("Memory"), N_("such as 512m or 1.5g")),
    ("memory_swap", N_("Memory with swap"), N_("both together; -1: all the swap there is")),
    ("nano_cpus", N_("CPUs"), N_("such as 1.5")),
    ("restart", N_("Restart"), ""),
    ("retries", N_("Retries"), N_("of on-failure; empty: without end")),
    ("pids", N_("Processes"), N_("and threads; -1: no limit")),
    ("memory_reservation", N_("Memory reservation"), N_("kept when memory runs short")),
    ("cpu_shares", N_("CPU shares"), N_("weight against others; usual is 1024")),
    ("cpuset", N_("Which CPUs"), N_("such as 0-2,4")),
)
"""Field, what it is called, what may stand in it."""


def limits_form(current: tuple[Resources, ...] | None, why: str = "") -> Form:
    """Return the form for containers.

    Args:
        current: What is set; None while that is not known, and nothing can be changed.
        why: Why it cannot be known.
    """
    known = current or ()

    def build(selection: Selection, values: Mapping[str, str]) -> Action:
        if not selection.containers:
            raise NotYet(_("Nothing is selected."))
        if current is None:
            raise NotYet(why or _("Asking the Engine what is set..."))
        config = _changed(known, values)
        if config == NO_UPDATE:
            raise NotYet(_("Nothing is changed yet."))
        config = _with_swap(known, config)
        for one in known:
            _check(one, config)
        return UpdateContainers(selection.container_targets, config)

    return Form(
        "update",
        N_("Limits"),
        N_("Change"),
        tuple(_field(known, *label) for label in _LABELS),
        build,
        about=lambda _selection: _about(known),
    )


def _field(current: tuple[Resources, ...], key: str, label: str, text: str) -> Field:
    initial = initial_of(current, key)
    if key != "restart":
        return Field(key, label, text, initial=lambda _selection: initial)
    choices = ((AS_IT_IS, N_("as it is")), *((name, name) for name in RESTARTS))
    return Field(key, label, "", FieldKind.CHOICE, lambda _selection: initial, choices)


def differing(current: tuple[Resources, ...], key: str) -> bool:
    """Tell whether containers do not have the same in a field."""
    return len({_TEXTS[key](one) for one in current}) > 1


def initial_of(current: tuple[Resources, ...], key: str) -> str:
    """Return what all of them have in a field; empty where they differ."""
    return "" if not current or differing(current, key) else _TEXTS[key](current[0])


def _about(current: tuple[Resources, ...]) -> str:
    if not current:
        return ""
    names = some_names(tuple(one.name for one in current))
    return ngettext(
        "What {names} may use. Empty: no limit.",
        "What {names} may use. Empty: no limit, or not the same; that stays as it is.",
        len(current),
    ).format(names=names)


def _changed(current: tuple[Resources, ...], values: Mapping[str, str]) -> UpdateConfig:
    """Return what differs from what was there.

    Raises:
        NotYet: something is no limit.
    """

    def of(key: str, parse: Callable[[str], T], unchanged: T) -> T:
        text, initial = values[key].strip(), initial_of(current, key)
        if text == initial:
            return unchanged
        if not text:
            raise NotYet(_no_limit(key))
        value = _parsed(parse, text)
        return unchanged if _is_same(parse, value, initial) else value

    return UpdateConfig(
        memory=of("memory", limits.parse_memory_limit, 0),
        memory_swap=of("memory_swap", limits.parse_swap, 0),
        memory_reservation=of("memory_reservation", limits.parse_memory_limit, 0),
        nano_cpus=of("nano_cpus", limits.parse_cpus, 0),
        cpu_shares=of("cpu_shares", limits.parse_shares, 0),
        cpuset=of("cpuset", limits.parse_cpuset, ""),
        pids=of("pids", limits.parse_pids, 0),
        restart=_restart(current, values["restart"], values["retries"].strip()),
    )


def _parsed(parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except InvalidLimit as error:
        raise NotYet(str(error)) from error


def _is_same(parse: Callable[[str], T], value: T, initial: str) -> bool:
    """Tell whether what is set is the same in other words: 1024m and 1g."""
    try:
        return bool(initial) and parse(initial) == value
    except InvalidLimit:
        return False


def _no_limit(key: str) -> str:
    if key in {"memory_swap", "pids"}:
        return _("Write -1 for no limit.")
    return _("docker update cannot take this limit away: write a higher one.")


def _restart(current: tuple[Resources, ...], name: str, retries: str) -> RestartPolicy | None:
    """Return the restart policy that was chosen; None if it is the one that is set."""
    before = initial_of(current, "retries")
    if name != RETRYING:
        if retries and retries != before:
            raise NotYet(_("Only on-failure takes a number of retries."))
        is_set = name in {AS_IT_IS, initial_of(current, "restart")}
        return None if is_set else RestartPolicy(name)
    policy = _parsed(limits.parse_restart, f"{name}:{retries}" if retries else name)
    return None if current and all(one.restart == policy for one in current) else policy


def _with_swap(current: tuple[Resources, ...], config: UpdateConfig) -> UpdateConfig:
    """Set memory with swap along with the memory, where an Engine refuses one without the other.

    Who may not swap now may not afterwards; whose swap has a size keeps that; and without any
    limit before, it is twice the memory, as `docker run` has it.

    Raises:
        NotYet: it would not be the same for all.
    """
    if not config.memory or config.memory_swap:
        return config
    wanted = {_swap_for(one, config.memory) for one in current if _needs_swap(one, config.memory)}
    if not wanted:
        return config
    if len(wanted) > 1:
        raise NotYet(_("Write memory with swap too: it is not the same for all of them."))
    return config._replace(memory_swap=wanted.pop())


def _needs_swap(one: Resources, memory: int) -> bool:
    return memory > one.memory_swap


def _swap_for(one: Resources, memory: int) -> int:
    if one.memory_swap == UNLIMITED:
        return UNLIMITED
    if one.memory and one.memory_swap >= one.memory:
        return memory + one.memory_swap - one.memory
    return memory * 2


def _check(one: Resources, config: UpdateConfig) -> None:
    """Say what does not go together with what is set.

    Raises:
        NotYet: the Engine, or the kernel, would refuse it.
    """
    name = visible(one.name)
    memory = config.memory or one.memory
    if config.memory_swap > 0 and not memory:
        raise NotYet(_("Memory with swap needs a limit of memory too."))
    if 0 < config.memory_swap < memory:
        text = _("Memory with swap counts the memory too: {size} or more.")
        raise NotYet(text.format(size=memory_text(memory)))
    reserved = config.memory_reservation or one.memory_reservation
    is_touched = config.memory or config.memory_reservation
    if is_touched and memory and reserved > memory:
        raise NotYet(_("The reservation has to be below the memory."))
    if config.nano_cpus and one.has_quota:
        text = _("{name} was made with --cpu-period or --cpu-quota: the Engine takes no CPUs.")
        raise NotYet(text.format(name=name))
    if config.restart is not None and config.restart.name != "no" and one.auto_remove:
        text = _("{name} was made with --rm: such a container is never started again.")
        raise NotYet(text.format(name=name))


def swap_added(current: tuple[Resources, ...], values: Mapping[str, str], swap: int) -> str:
    """Return that memory with swap is set although nobody typed it; empty where it was typed."""
    if not swap or values["memory_swap"].strip() != initial_of(current, "memory_swap"):
        return ""
    if swap == UNLIMITED:
        return _("The Engine wants memory with swap too: without a limit, as before.")
    text = _("The Engine wants memory with swap too: {size}. Write another if you like.")
    return text.format(size=memory_text(swap))


UPDATE_FORMS: Final = (limits_form(None),)
