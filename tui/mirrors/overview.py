"""Everything about an Engine's mirrors: what is in force, what is in the file, what is odd."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.config.paths import home_directory
from tui.i18n import _
from tui.mirrors.addresses import normal, normals
from tui.mirrors.backups import newest_backup
from tui.mirrors.daemonfile import LONGEST, read_daemon_file
from tui.mirrors.errors import BadDaemonFile
from tui.mirrors.hosts import hosts_of, podman_mirrors
from tui.mirrors.permission import may_change
from tui.mirrors.places import FILE, SYSTEM, find_place, is_here, mentions
from tui.model.engine import StoreKind
from tui.model.mirrors import Mirrors, PlaceKind

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def read_mirrors(
    client: EngineClient, *, environ: Mapping[str, str] = os.environ, home: Path | None = None
) -> Mirrors:
    """Ask the Engine and read its file.

    Raises:
        EngineError: the Engine cannot be asked; a file that cannot be read is no error.
    """
    from tui.engine.system import engine_mirrors

    told = engine_mirrors(client)
    own_home = home or home_directory()
    place = find_place(client.endpoint, client.info, told, environ=environ, home=own_home)
    found = Mirrors(
        place,
        host=client.info.name,
        version=client.info.version,
        in_force=told.in_force,
        insecure=told.insecure,
    )
    if place.kind is PlaceKind.PODMAN:
        is_ours = is_here(client.info) and client.endpoint.is_local
        return _of_podman(found, own_home) if is_ours else found
    if place.kind in (PlaceKind.REMOTE, PlaceKind.NONE):
        return found
    found = _with_file(found)
    if client.capabilities.store is StoreKind.CONTAINERD:
        found = _with_hosts(found)
    found = replace(found, backup=newest_backup(place.real), needs_sudo=not may_change(place))
    return replace(found, notes=(*found.notes, *_notes(found)))


def _with_file(found: Mirrors) -> Mirrors:
    place = found.place
    try:
        with open(place.real, "rb") as file:
            data = file.read(LONGEST + 1)
        read = read_daemon_file(data, place.path)
    except FileNotFoundError:
        return found
    except OSError as error:
        trouble = _("{path} cannot be read: {why}").format(path=place.path, why=error.strerror)
        return replace(found, has_file=True, trouble=trouble)
    except BadDaemonFile as error:
        return replace(found, has_file=True, trouble=str(error))
    notes: tuple[str, ...] = ()
    if read.is_doubled:
        notes = (_("registry-mirrors is there more than once: the last one counts."),)
    return replace(
        found,
        data=data,
        has_file=True,
        in_file=read.mirrors,
        has_key=read.has_key,
        notes=notes,
    )


def _with_hosts(found: Mirrors) -> Mirrors:
    try:
        path, hosts = hosts_of(found.place.certificates)
    except (OSError, ValueError) as error:
        note = _("The Engine's hosts.toml cannot be read: {why}").format(why=error)
        return replace(found, notes=(*found.notes, note))
    return replace(found, hosts_path=path, hosts=hosts)


def _of_podman(found: Mirrors, home: Path) -> Mirrors:
    folders = (Path("/etc/containers"), home / ".config/containers")
    return replace(found, in_file=podman_mirrors(folders), has_file=True)


def _notes(found: Mirrors) -> tuple[str, ...]:
    """Return what stands in the way of a change, or will at the Engine's next start."""
    place = found.place
    notes = []
    if place.flags:
        origin = place.flags_from or _("its command line")
        text = _("dockerd is started with --registry-mirror ({origin}); it refuses both at once.")
        notes.append(text.format(origin=origin))
    elif place.path == str(SYSTEM / FILE):
        text = _("{path} has --registry-mirror: with mirrors in both, the next start would fail.")
        notes += [text.format(path=path) for path in mentions(place.root)]
    if found.hosts:
        text = _("{path} names hosts for Docker Hub: registry-mirrors counts for nothing then.")
        notes.append(text.format(path=found.hosts_path))
    elif not found.trouble and not place.flags and normals(found.in_file) != found.in_force:
        if found.has_key:
            notes.append(_("The Engine has not read the file again since it was changed."))
        else:
            notes.append(_("The file names no mirrors: those in force stay until a restart."))
    return tuple(notes)


def rows_of(found: Mirrors) -> tuple[tuple[str, bool, bool], ...]:
    """Return each mirror once: address, whether it is in force, whether it is in the file.

    The file's order comes first, since that is what can be changed.
    """
    in_file = normals(found.in_file)
    every = dict.fromkeys((*in_file, *map(normal, found.in_force)))
    return tuple((one, one in found.in_force, one in in_file) for one in every)
