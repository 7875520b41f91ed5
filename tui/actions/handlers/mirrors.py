"""Mirrors: how they are read, tested, changed and rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.mirrors import (
    ChangeMirrors,
    Consent,
    MirrorEdit,
    ProbeMirrors,
    ReadMirrors,
    RollBackMirrors,
)
from tui.i18n import _, ngettext
from tui.model.progress import Progress
from tui.model.text import visible
from tui.store import events

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.mirrors.change import Change
    from tui.model.mirrors import MirrorProbe, Mirrors


def read_mirrors(_action: ReadMirrors, context: JobContext) -> Ending:
    """Ask the Engine and read its file."""
    _read(context.client(), context)
    return Ending()


def probe_mirrors(action: ProbeMirrors, context: JobContext) -> Ending:
    """Ask all at the same time; each result is told as it comes."""
    from tui.mirrors.overview import rows_of
    from tui.mirrors.probing import image_of
    from tui.mirrors.probing import probe_mirrors as probe_all

    found = _read(context.client(), context)
    mirrors = action.mirrors or (*(row[0] for row in rows_of(found)), *found.hosts)
    done: list[MirrorProbe] = []

    def tell(probe: MirrorProbe) -> None:
        done.append(probe)
        context.tell(events.MirrorProbed(probe))
        context.report(Progress(_("testing"), len(done), len(mirrors), in_bytes=False))

    reference = image_of(action.image)
    probe_all(found, mirrors, reference, tell=tell, is_over=context.cancelled)
    context.check()
    fine = sum(probe.is_fine for probe in done)
    text = ngettext("{fine} of {count} mirror works.", "{fine} of {count} mirrors work.", len(done))
    return Ending(text.format(fine=fine, count=len(done)))


def change_mirrors(action: ChangeMirrors, context: JobContext) -> Ending:
    """Write the file, reload, prove it; the old file comes back if that fails."""
    from tui.mirrors.change import do_change, plan_change
    from tui.mirrors.hands import hands_of

    client = context.client()
    found = _read(client, context)
    mirrors = _edited(action, found)
    if action.consent is Consent.TRIAL and found.is_to_paste:
        return _to_paste(found, mirrors)
    change = plan_change(found, mirrors)
    if action.consent is not Consent.GIVEN:
        return _trial(change)
    if change.is_empty and not found.is_stale:
        return Ending(_("The mirrors are as they were."), facts=_facts(found))
    _check(found, action.expected, sudo=action.sudo)
    context.check()
    context.report(Progress(_("writing and reloading")))
    do_change(client, change, hands_of(sudo=action.sudo), context.check)
    found = _read(client, context)
    return Ending(_summary(found), facts=_facts(found))


def roll_back_mirrors(action: RollBackMirrors, context: JobContext) -> Ending:
    """Put the newest backup in place, reload, prove it."""
    from tui.mirrors.change import do_roll_back, plan_roll_back
    from tui.mirrors.hands import hands_of

    client = context.client()
    found = _read(client, context)
    change = plan_roll_back(found)
    if action.consent is not Consent.GIVEN:
        return _trial(change)
    _check(found, action.expected, sudo=action.sudo)
    context.check()
    context.report(Progress(_("writing and reloading")))
    do_roll_back(client, change, hands_of(sudo=action.sudo), context.check)
    found = _read(client, context)
    return Ending(_("Rolled back. {rest}").format(rest=_summary(found)), facts=_facts(found))


def _read(client: EngineClient, context: JobContext) -> Mirrors:
    from tui.mirrors.overview import read_mirrors as read

    found = read(client)
    context.tell(events.MirrorsRead(found))
    return found


def _edited(action: ChangeMirrors, found: Mirrors) -> tuple[str, ...]:
    """Return the list as the action wants it."""
    from tui.mirrors.change import without

    now = found.in_file if found.has_file or found.is_editable else found.in_force
    if action.edit is MirrorEdit.ADD:
        return (*now, *action.mirrors)
    if action.edit is MirrorEdit.ADD_FIRST:
        return (*action.mirrors, *now)
    if action.edit is MirrorEdit.REMOVE:
        return without(now, *action.mirrors)
    return action.mirrors


def _check(found: Mirrors, expected: bytes | None, *, sudo: bool) -> None:
    """Refuse what was not shown, and what this user may not do.

    Raises:
        ChangedMeanwhile: the file is not as it was.
        NotPermitted: only root may, and sudo was not allowed.
    """
    from tui.mirrors.errors import ChangedMeanwhile, NotPermitted

    path = found.place.path
    if expected is not None and expected != found.data:
        raise ChangedMeanwhile(path=path)
    if found.needs_sudo and not sudo:
        raise NotPermitted(what=_("change {path} and reload the Engine").format(path=path))


def _trial(change: Change) -> Ending:
    lines = change.difference or (_("The file stays as it is."),)
    text = "\n".join(lines)
    return Ending(text, facts={"path": change.place.path, "difference": list(lines)})


def _to_paste(found: Mirrors, mirrors: tuple[str, ...]) -> Ending:
    """Tell what to put where orlop may not write.

    Raises:
        BadMirror: the Engine would refuse an address.
    """
    from tui.mirrors.addresses import check_mirror
    from tui.mirrors.change import why_not_editable
    from tui.mirrors.paste import paste_lines, paste_text

    for mirror in mirrors:
        check_mirror(mirror, found.version)
    text = paste_text(found, mirrors)
    why = found.trouble or why_not_editable(found)
    lines = (why, *paste_lines(found), "", *text.rstrip("\n").split("\n"))
    return Ending("\n".join(lines), facts={"path": found.place.path, "text": text})


def _summary(found: Mirrors) -> str:
    names = ", ".join(map(visible, found.in_force)) or _("none")
    return _("The Engine has read {path} again. Mirrors in force: {names}.").format(
        path=visible(found.place.path), names=names
    )


def _facts(found: Mirrors) -> dict[str, object]:
    return {
        "path": found.place.path,
        "in_force": list(found.in_force),
        "in_file": list(found.in_file),
        "backup": found.backup,
    }
