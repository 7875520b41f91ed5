"""What no Docker Engine has: faults and mirrors set over the API, for tests and classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.practice.daemonconfig import BadDaemonConfig, reload
from tui.practice.faults import BadFault
from tui.practice.wire import ROUTES, ApiError, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.hold import Hold


@ROUTES.add("GET", "/practice/faults")
def list_faults(hold: Hold, _request: Request) -> Response:
    """Answer which faults are switched on."""
    return answer([{"name": fault.name, **fault.parameters} for fault in hold.faults.all()])


@ROUTES.add("POST", "/practice/faults")
def set_fault(hold: Hold, request: Request) -> Response:
    """Switch a fault on: its name and parameters are the body."""
    given = request.json()
    name = given.pop("name", "")
    try:
        fault = hold.faults.set(str(name), **given)
    except BadFault as error:
        raise ApiError(400, str(error)) from error
    return answer({"name": fault.name, **fault.parameters})


@ROUTES.add("DELETE", "/practice/faults")
def clear_faults(hold: Hold, request: Request) -> Response:
    """Switch off the fault of this `name`, or all of them."""
    hold.faults.clear(request.first("name"))
    return Response(204)


@ROUTES.add("POST", "/practice/mirrors")
def set_mirrors(hold: Hold, request: Request) -> Response:
    """Take over a `daemon.json`, which is the body; the answer has the mirrors that hold now."""
    try:
        reload(hold, request.body.read().decode("utf-8", "replace"))
    except BadDaemonConfig as error:
        raise ApiError(400, str(error)) from error
    with hold.lock:
        return answer({"registry-mirrors": list(hold.mirrors)})
