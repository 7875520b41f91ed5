"""How each action is done: plain blocking code, one function a kind.

Handlers run in the job's own thread. They ask the context for a client, report
progress, tell the store what they read, and return how it ended. All that
goes wrong is an `EngineError`, a `LayerError` or a `CredentialsError`; the dispatcher tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar, cast

from tui.actions.action import Action
from tui.actions.dispatcher import Ending, Handler, JobContext
from tui.actions.handlers.accounts import list_accounts, log_in, log_out
from tui.actions.handlers.changes import read_diff, view_container_file
from tui.actions.handlers.committing import commit, read_changes
from tui.actions.handlers.comparing import compare_images, diff_images
from tui.actions.handlers.containerfiles import open_path
from tui.actions.handlers.containers import (
    change_containers,
    inspect_container,
    read_container_sizes,
    remove_containers,
    rename_container,
)
from tui.actions.handlers.copying import copy_in, copy_out
from tui.actions.handlers.diffing import diff_file
from tui.actions.handlers.exec import attach, exec_command
from tui.actions.handlers.exporting import export
from tui.actions.handlers.extracting import extract_files, save_layer
from tui.actions.handlers.images import pull, read_facts, tag
from tui.actions.handlers.importing import import_tar
from tui.actions.handlers.listing import read_listings
from tui.actions.handlers.logs import follow_logs, read_earlier_logs, save_logs
from tui.actions.handlers.mirrors import (
    change_mirrors,
    probe_mirrors,
    read_mirrors,
    roll_back_mirrors,
)
from tui.actions.handlers.moving import (
    load_images,
    plan_load,
    plan_send,
    save_images,
    send_images,
)
from tui.actions.handlers.ownregistry import (
    read_own_registry,
    start_own_registry,
    stop_own_registry,
)
from tui.actions.handlers.pulling import plan_pull
from tui.actions.handlers.pushing import push
from tui.actions.handlers.registries import (
    check_newer,
    delete_tag,
    plan_deletion,
    read_catalog,
    read_repository,
    read_tag,
    read_tag_facts,
    read_tags,
    search,
)
from tui.actions.handlers.removal import remove_images
from tui.actions.handlers.running import read_networks, run_container
from tui.actions.handlers.stats import follow_stats, read_processes
from tui.actions.handlers.updating import read_resources, update_containers
from tui.actions.handlers.viewing import view_file
from tui.actions.handlers.walking import read_walk

A = TypeVar("A", bound=Action)


def _handler(function: Callable[[A, JobContext], Ending]) -> Handler:
    """Forget which action a handler takes; the table below pairs them by kind."""
    return cast(Handler, function)


HANDLERS: Final[Mapping[str, Handler]] = {
    "pull": _handler(pull),
    "plan_pull": _handler(plan_pull),
    "push": _handler(push),
    "tag": _handler(tag),
    "save_images": _handler(save_images),
    "load_images": _handler(load_images),
    "plan_load": _handler(plan_load),
    "send_images": _handler(send_images),
    "plan_send": _handler(plan_send),
    "log_in": _handler(log_in),
    "log_out": _handler(log_out),
    "list_accounts": _handler(list_accounts),
    "search": _handler(search),
    "read_tags": _handler(read_tags),
    "read_tag_facts": _handler(read_tag_facts),
    "read_tag": _handler(read_tag),
    "read_repository": _handler(read_repository),
    "read_catalog": _handler(read_catalog),
    "plan_deletion": _handler(plan_deletion),
    "delete_tag": _handler(delete_tag),
    "check_newer": _handler(check_newer),
    "read_facts": _handler(read_facts),
    "read_container_sizes": _handler(read_container_sizes),
    "read_listings": _handler(read_listings),
    "read_walk": _handler(read_walk),
    "view_file": _handler(view_file),
    "open_path": _handler(open_path),
    "copy_out": _handler(copy_out),
    "copy_in": _handler(copy_in),
    "diff_file": _handler(diff_file),
    "extract_files": _handler(extract_files),
    "save_layer": _handler(save_layer),
    "compare_images": _handler(compare_images),
    "diff_images": _handler(diff_images),
    "inspect_container": _handler(inspect_container),
    "follow_logs": _handler(follow_logs),
    "read_earlier_logs": _handler(read_earlier_logs),
    "save_logs": _handler(save_logs),
    "follow_stats": _handler(follow_stats),
    "read_processes": _handler(read_processes),
    "exec": _handler(exec_command),
    "attach": _handler(attach),
    "run": _handler(run_container),
    "run_here": _handler(run_container),
    "read_networks": _handler(read_networks),
    "change_containers": _handler(change_containers),
    "rename_container": _handler(rename_container),
    "remove_containers": _handler(remove_containers),
    "read_resources": _handler(read_resources),
    "update_containers": _handler(update_containers),
    "remove_images": _handler(remove_images),
    "commit": _handler(commit),
    "read_changes": _handler(read_changes),
    "read_diff": _handler(read_diff),
    "view_container_file": _handler(view_container_file),
    "export": _handler(export),
    "import": _handler(import_tar),
    "read_mirrors": _handler(read_mirrors),
    "probe_mirrors": _handler(probe_mirrors),
    "change_mirrors": _handler(change_mirrors),
    "roll_back_mirrors": _handler(roll_back_mirrors),
    "read_own_registry": _handler(read_own_registry),
    "start_own_registry": _handler(start_own_registry),
    "stop_own_registry": _handler(stop_own_registry),
}
"""Kind of action → handler."""
