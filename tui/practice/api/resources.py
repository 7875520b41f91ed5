"""What the practice engine has little of: networks, build cache, plugins, swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tui.practice.containers.networks import network_id
from tui.practice.wire import ROUTES, ApiError, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.hold import Hold

NETWORKS: Final = (("bridge", "bridge"), ("host", "host"), ("none", "null"))
"""The networks that every Engine has: name and driver."""

NO_SWARM: Final = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" '
    "to connect this node to swarm and try again."
)


@ROUTES.add("GET", "/networks")
def list_networks(_hold: Hold, request: Request) -> Response:
    """Answer the networks."""
    filters = request.filters()
    _check_filters(filters, {"driver", "type", "name", "id", "label", "scope", "dangling"})
    found = [_network(name, driver) for name, driver in NETWORKS]
    for key, field in (("name", "Name"), ("id", "Id"), ("driver", "Driver"), ("scope", "Scope")):
        wanted = filters.get(key)
        if wanted:
            found = [each for each in found if any(text in each[field] for text in wanted)]
    return answer([] if filters.get("label") else found)  # none of them has labels


@ROUTES.add("GET", "/networks/{name}")
def inspect_network(_hold: Hold, request: Request) -> Response:
    """Answer one network."""
    return answer(_found_network(request.names["name"]))


@ROUTES.add("DELETE", "/networks/{name}")
def remove_network(_hold: Hold, request: Request) -> Response:
    """Refuse: these networks are always there."""
    name = _found_network(request.names["name"])["Name"]
    raise ApiError(403, f"{name} is a pre-defined network and cannot be removed")


@ROUTES.add("POST", "/networks/prune")
def prune_networks(_hold: Hold, request: Request) -> Response:
    """Answer that there was nothing to remove."""
    _check_filters(request.filters(), {"until", "label", "label!"})
    return answer({"NetworksDeleted": None})


@ROUTES.add("POST", "/build/prune")
def prune_builds(_hold: Hold, _request: Request) -> Response:
    """Answer that there was nothing to remove."""
    return answer({"CachesDeleted": None, "SpaceReclaimed": 0})


@ROUTES.add("POST", "/build")
def build(_hold: Hold, _request: Request) -> Response:
    """Refuse: images are made by `docker commit` and `docker import` here."""
    raise ApiError(501, "the practice engine does not build; try docker commit")


@ROUTES.add("POST", "/networks/create")
def create_network(_hold: Hold, _request: Request) -> Response:
    """Refuse: there are only those that are always there."""
    raise ApiError(501, "the practice engine makes no networks")


@ROUTES.add("POST", "/swarm/init")
@ROUTES.add("POST", "/swarm/join")
def make_swarm(_hold: Hold, _request: Request) -> Response:
    """Refuse: it is one engine alone."""
    raise ApiError(501, "the practice engine joins no swarm")


@ROUTES.add("POST", "/session")
def session(_hold: Hold, _request: Request) -> Response:
    """Refuse what only a build asks for."""
    raise ApiError(400, "no upgrade proto in request")


@ROUTES.add("GET", "/plugins")
def list_plugins(_hold: Hold, _request: Request) -> Response:
    """Answer that there are none."""
    return answer([])


@ROUTES.add("GET", "/plugins/{name}/json")
def no_plugin(_hold: Hold, request: Request) -> Response:
    """Refuse: there is none."""
    raise ApiError(404, f'plugin "{request.names["name"]}" not found')


@ROUTES.add("POST", "/swarm/leave")
def leave_swarm(_hold: Hold, _request: Request) -> Response:
    """Refuse: there is no swarm."""
    raise ApiError(503, "This node is not part of a swarm")


@ROUTES.add("GET", "/swarm")
@ROUTES.add("GET", "/swarm/unlockkey")
@ROUTES.add("GET", "/nodes")
@ROUTES.add("GET", "/services")
@ROUTES.add("GET", "/tasks")
@ROUTES.add("GET", "/secrets")
@ROUTES.add("GET", "/configs")
def no_swarm(_hold: Hold, _request: Request) -> Response:
    """Refuse: there is no swarm."""
    raise ApiError(503, NO_SWARM)


def _network(name: str, driver: str) -> dict[str, Any]:
    subnet = [{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}] if name == "bridge" else []
    return {
        "Name": name,
        "Id": network_id(name),
        "Created": "2023-04-04T00:00:00Z",
        "Scope": "local",
        "Driver": driver,
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Options": None, "Config": subnet},
        "Internal": False,
        "Attachable": False,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": {},
        "Options": {},
        "Labels": {},
    }


def _found_network(name: str) -> dict[str, Any]:
    for known, driver in NETWORKS:
        network = _network(known, driver)
        if name == known or network["Id"].startswith(name):
            return network
    raise ApiError(404, f"network {name} not found")


def _check_filters(filters: dict[str, list[str]], known: set[str]) -> None:
    for name in filters:
        if name not in known:
            raise ApiError(400, f"Invalid filter '{name}'")
