"""The catalogue as a whole: whatever is added to it must hold what these tests say."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from tui.actions.action import Action
from tui.actions.catalogue import BY_ID, CATALOGUE, offered
from tui.actions.forms import FORMS
from tui.actions.handlers import HANDLERS
from tui.actions.selection import EMPTY_SELECTION, Selection
from tui.actions.spec import ActionSpec, Ask, why_not
from tui.actions.values.accounts import ListAccounts, LogIn, LogOut, PushImage
from tui.actions.values.changes import ReadDiff, ViewContainerFile
from tui.actions.values.committing import CommitContainer, ReadChanges
from tui.actions.values.containerfiles import CopyIn, CopyOut, OpenPath
from tui.actions.values.containers import (
    ChangeContainers,
    ContainerTarget,
    ContainerVerb,
    RemoveContainers,
    RenameContainer,
)
from tui.actions.values.exec import AttachContainer, ExecCommand
from tui.actions.values.exporting import ExportContainer, ImportTar
from tui.actions.values.files import CompareImages, DiffFile, DiffImages, ExtractFiles, SaveLayer
from tui.actions.values.images import PullImage, RemoveImages, SearchImages, TagImage
from tui.actions.values.logs import FollowLogs, ReadEarlierLogs, SaveLogs
from tui.actions.values.mirrors import (
    ChangeMirrors,
    MirrorEdit,
    ProbeMirrors,
    ReadMirrors,
    RollBackMirrors,
)
from tui.actions.values.moving import LoadImages, PlanLoad, PlanSend, SaveImages, SendImages
from tui.actions.values.ownregistry import (
    ReadOwnRegistry,
    StartOwnRegistry,
    StopOwnRegistry,
)
from tui.actions.values.reading import (
    InspectContainer,
    PlanPull,
    ReadContainerSizes,
    ReadFacts,
    ReadListings,
    ReadWalk,
    ViewFile,
)
from tui.actions.values.registries import (
    CheckNewer,
    DeleteTag,
    PlanDeletion,
    ReadCatalog,
    ReadRepository,
    ReadTag,
    ReadTagFacts,
    ReadTags,
)
from tui.actions.values.running import ReadNetworks, RunContainer
from tui.actions.values.stats import FollowStats, ReadProcesses
from tui.actions.values.updating import ReadResources, UpdateContainers
from tui.contents.comparing import Side
from tui.contents.image import ListedImage
from tui.credentials.login import IN_SESSION, Login
from tui.model.container import ContainerState, ContainerSummary
from tui.model.image import ImageSummary, SearchResult
from tui.model.limits import RestartPolicy
from tui.model.registry import Deletion
from tui.model.removal import RemovalPlan, RemovalStep
from tui.model.resources import UpdateConfig
from tui.model.runspec import RunMode, RunSpec
from tui.store.rows import ImageRow
from tui.store.state import Pane
from tui.ui.views import Views

IMAGE_ID = "sha256:" + "ab" * 32
IMAGE = ImageSummary(IMAGE_ID, tags=("a:1", "b:1"))
ROW = ImageRow("k", IMAGE, "a:1", 0)
NAMELESS = ImageRow("n", ImageSummary(IMAGE_ID), "", 0)
RESULT = SearchResult("me/app", "", 1, is_official=False)
UNREAD = ListedImage("a:1", IMAGE_ID, "", ())
WEB = ContainerTarget("c" * 64, "web")
RESTART = RestartPolicy("on-failure", 3)


def _container(state: ContainerState, name: str = "web") -> ContainerSummary:
    return ContainerSummary(name * 3, name, "a:1", IMAGE_ID, state=state)


def _selections(pane: Pane) -> list[Selection]:
    """Return every kind of selection a pane can have."""
    if pane is Pane.CONTAINERS:
        return [Selection(pane, containers=(_container(state),)) for state in ContainerState]
    if pane is Pane.HUB:
        return [Selection(pane, results=(RESULT,))]
    return [Selection(pane, images=(row,)) for row in (ROW, NAMELESS)]


def _each(specs: tuple[ActionSpec, ...] = CATALOGUE) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("spec", specs, ids=lambda spec: spec.action_id)


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(CATALOGUE)


@pytest.mark.parametrize("pane", Pane)
def test_no_key_means_two_things_in_one_pane(pane: Pane) -> None:
    here = [spec for spec in CATALOGUE if pane in spec.panes]
    clashes = [
        (one.action_id, other.action_id, key)
        for one, other in combinations(here, 2)
        for key in set(one.keys) & set(other.keys)
    ]
    assert not clashes


@_each()
def test_keys_are_none_that_terminals_and_multiplexers_keep(spec: ActionSpec) -> None:
    assert spec.keys
    kept = {f"ctrl+{key}" for key in ("a", "b", "space", "@", "m", "i", "c", "z", "s")}
    assert not set(spec.keys) & kept


@_each()
def test_title_and_help_are_plain_words(spec: ActionSpec) -> None:
    assert re.fullmatch(r"[A-Z][a-z]+( [a-z]+)?", spec.title)
    assert re.fullmatch(r"[A-Z][^\x00-\x1f\[\]{}]+\.", spec.help)
    assert len(spec.help) <= 100


@_each(tuple(spec for spec in CATALOGUE if spec.ask is Ask.VIEW))
def test_a_way_of_looking_has_a_method_of_the_screen(spec: ActionSpec) -> None:
    assert callable(getattr(Views, f"_{spec.action_id}", None))
    assert not spec.changes
    assert not spec.dangerous


@_each(tuple(spec for spec in CATALOGUE if spec.ask is Ask.FORM))
def test_what_asks_has_a_form(spec: ActionSpec) -> None:
    assert FORMS[spec.action_id].form_id == spec.action_id


def test_every_form_belongs_to_a_verb() -> None:
    assert set(FORMS) == {spec.action_id for spec in CATALOGUE if spec.ask is Ask.FORM}


@_each(tuple(spec for spec in CATALOGUE if spec.ask in {Ask.NOTHING, Ask.CONFIRM}))
def test_what_is_done_at_once_builds_an_action_with_a_handler(spec: ActionSpec) -> None:
    built = [
        action
        for pane in spec.panes
        for selection in _selections(pane)
        if (action := spec.build(selection))
    ]
    assert built
    for action in built:
        assert action.kind in HANDLERS
        assert action.docker.startswith(spec.docker.split(" CONTAINER")[0])


@_each(tuple(spec for spec in CATALOGUE if "preview" in spec.ask))
def test_what_has_a_preview_is_dangerous_and_builds_nothing_by_itself(spec: ActionSpec) -> None:
    assert spec.dangerous
    for pane in spec.panes:
        assert all(spec.build(selection) is None for selection in _selections(pane))


@_each(tuple(spec for spec in CATALOGUE if spec.dangerous))
def test_what_may_lose_something_always_asks_and_says_what_it_equals(spec: ActionSpec) -> None:
    assert spec.ask in {Ask.CONFIRM, Ask.PREVIEW_IMAGES, Ask.PREVIEW_CONTAINERS}
    assert spec.changes
    assert spec.docker.startswith("docker ")


READS = frozenset({"search", "container_sizes", "export", "save", "save_logs"})
"""Verbs with an action that changes nothing on the Engine."""


def test_read_only_offers_nothing_that_changes_anything() -> None:
    left = offered(read_only=True)
    assert not [spec.action_id for spec in left if spec.changes]
    acting = {spec.action_id for spec in left if spec.ask is not Ask.VIEW}
    assert acting == READS


def test_otherwise_everything_is_offered() -> None:
    assert offered(read_only=False) == CATALOGUE


# Which verbs fit a selection


@_each()
def test_nothing_works_in_a_pane_it_does_not_belong_to(spec: ActionSpec) -> None:
    for pane in set(Pane) - spec.panes:
        for selection in _selections(pane):
            assert why_not(spec, selection)


@_each(tuple(spec for spec in CATALOGUE if spec.needs_selection))
def test_what_needs_a_row_says_so(spec: ActionSpec) -> None:
    for pane in spec.panes:
        assert why_not(spec, Selection(pane)) == "Nothing is selected."
        assert spec.docker_for(Selection(pane)) == spec.docker


FITS = {
    "start": {"created", "exited", "dead"},
    "stop": {"running", "paused", "restarting"},
    "kill": {"running", "paused", "restarting"},
    "restart": {"created", "exited", "dead", "running", "paused", "restarting"},
    "pause": {"running"},
    "unpause": {"paused"},
    "top": {"running", "paused", "restarting"},
}


@pytest.mark.parametrize("action_id", FITS)
@pytest.mark.parametrize("state", ContainerState)
def test_container_verbs_fit_states(action_id: str, state: ContainerState) -> None:
    selection = Selection(Pane.CONTAINERS, containers=(_container(state),))
    assert (why_not(BY_ID[action_id], selection) == "") is (state in FITS[action_id])


def test_a_verb_takes_only_the_containers_it_fits() -> None:
    both = (_container(ContainerState.RUNNING, "up"), _container(ContainerState.EXITED, "down"))
    selection = Selection(Pane.CONTAINERS, containers=both, is_marked=True)
    assert BY_ID["stop"].docker_for(selection) == "docker stop up"
    assert BY_ID["start"].docker_for(selection) == "docker start down"
    assert BY_ID["restart"].docker_for(selection) == "docker restart up down"


def test_only_a_spare_name_can_be_untagged() -> None:
    single = ImageRow("s", ImageSummary(IMAGE_ID, tags=("a:1",)), "a:1", 0)
    untag = BY_ID["untag"]
    assert not why_not(untag, Selection(Pane.IMAGES, images=(ROW,)))
    for rows in ((single,), (NAMELESS,), (ROW, ROW)):
        assert why_not(untag, Selection(Pane.IMAGES, images=rows))


def test_the_docker_line_names_what_is_selected() -> None:
    images = Selection(Pane.IMAGES, images=(ROW, NAMELESS))
    assert BY_ID["remove_images"].docker_for(images) == "docker rmi a:1 abababababab"
    assert BY_ID["inspect"].docker_for(images) == "docker inspect a:1 abababababab"
    containers = Selection(Pane.CONTAINERS, containers=(_container(ContainerState.EXITED),))
    assert BY_ID["remove_containers"].docker_for(containers) == "docker rm web"
    assert BY_ID["inspect"].docker_for(containers) == "docker inspect web"
    assert BY_ID["prune_images"].docker_for(EMPTY_SELECTION) == "docker image prune [--all]"


# The docker lines of actions

ME = Login("me", "made-up-Secret-1")
PLAN = RemovalPlan(
    steps=(RemovalStep(IMAGE_ID, "a:1"), RemovalStep(IMAGE_ID, IMAGE_ID, by_id=True)),
    force=True,
)
IN_FORCE = "docker info --format '{{json .RegistryConfig.Mirrors}}'"
LINES: list[tuple[Action, str]] = [
    (FollowLogs((WEB,)), "docker logs --follow --tail 2000 web"),
    (FollowLogs((WEB,), -1, "10m"), "docker logs --follow --tail all --since 10m web"),
    (ReadEarlierLogs(WEB, 1_000_000_001, 5), "docker logs --until 1.000000001 --tail 10005 web"),
    (ExecCommand(WEB, (), "0", "/tmp"), "docker exec -it -u 0 -w /tmp web sh"),
    (RunContainer(RunSpec("a:1", ("sh", "-c", "x y"))), "docker run -d a:1 sh -c 'x y'"),
    (RunContainer(RunSpec("a:1", mode=RunMode.INTERACTIVE)), "docker run -it a:1"),
    (ReadNetworks(), "docker network ls"),
    (
        ExecCommand(WEB, ("env",), environment=("A=b c",), privileged=True),
        "docker exec -it --privileged -e 'A=b c' web env",
    ),
    (AttachContainer(WEB), "docker attach --sig-proxy=false web"),
    (SaveLogs(WEB, "a b.log"), "docker logs web > 'a b.log' 2>&1"),
    (FollowStats(), "docker stats"),
    (ReadProcesses(WEB), "docker top web"),
    (ReadResources((WEB,)), "docker inspect web"),
    (
        UpdateContainers((WEB, WEB), UpdateConfig(memory=1 << 29, memory_swap=-1)),
        "docker update --memory 512m --memory-swap -1 web web",
    ),
    (
        UpdateContainers(
            (WEB,), UpdateConfig(0, 3 << 29, 1 << 28, 15 * 10**8, 512, "0-1", -1, RESTART)
        ),
        "docker update --memory-swap 1.5g --memory-reservation 256m --cpus 1.5 --cpu-shares 512"
        " --cpuset-cpus 0-1 --pids-limit -1 --restart on-failure:3 web",
    ),
    (PullImage("nginx:1"), "docker pull nginx:1"),
    (PullImage("nginx", "linux/arm64"), "docker pull --platform linux/arm64 nginx"),
    (PullImage("nginx", all_tags=True), "docker pull --all-tags nginx"),
    (RemoveImages(PLAN), "docker rmi --force a:1 abababababab"),
    (TagImage(IMAGE_ID, "a:1", "b:2"), "docker tag a:1 b:2"),
    (ChangeContainers(ContainerVerb.PAUSE, (WEB,)), "docker pause web"),
    (RenameContainer(WEB, "web2"), "docker rename web web2"),
    (RemoveContainers((WEB,)), "docker rm web"),
    (
        RemoveContainers((WEB, WEB), force=True, volumes=True),
        "docker rm --force --volumes web web",
    ),
    (SearchImages("nginx"), "docker search --limit 100 nginx"),
    (LogIn("r:5000", ME, IN_SESSION), "docker login --username me --password-stdin r:5000"),
    (LogIn("docker.io", ME, None), "docker login --username me --password-stdin"),
    (LogOut("r:5000"), "docker logout r:5000"),
    (LogOut("docker.io"), "docker logout"),
    (ListAccounts(), ""),
    (PushImage(IMAGE_ID, "a:1", "r:5000/a:1"), "docker push r:5000/a:1"),
    (PushImage(IMAGE_ID, "a:1", "r/a", all_tags=True), "docker push --all-tags r/a"),
    (
        PushImage(IMAGE_ID, "a:1", "r/a:1", tags_first=True),
        "docker tag a:1 r/a:1 && docker push r/a:1",
    ),
    (ReadFacts((IMAGE_ID, "sha256:x")), "docker history abababababab"),
    (ReadContainerSizes(), "docker ps --all --size"),
    (InspectContainer(WEB), "docker inspect web"),
    (InspectContainer(WEB, (ContainerTarget("d" * 64, "db"),)), "docker inspect web db"),
    (ReadListings(IMAGE_ID, "nginx:1.27"), ""),
    (CompareImages((Side("docker-archive:x\x1b[2J", "x\x1b[2J"), Side(IMAGE_ID, "a:1"))), ""),
    (ExtractFiles(UNREAD, 1, False, b"etc/\x1b[2J", "/tmp/\x1b[2J"), ""),
    (SaveLayer(UNREAD, 1, "/tmp/\x1b[2J"), ""),
    (DiffImages((Side("a", "a:1"), Side("b", "b\x1b[2J")), b"\x1b[2J", (1, b"a"), (1, b"a")), ""),
    (DiffFile(UNREAD, b"etc/\x1b[2Jpasswd", (1, b"a"), (2, b"b")), ""),
    (ViewFile(UNREAD, 1, b"etc/\x1b[2Jpasswd"), ""),
    (ReadWalk(IMAGE_ID, "nginx:1.27"), "docker inspect nginx:1.27"),
    (ReadListings(IMAGE_ID, "nginx:1.27", "stream"), "docker save nginx:1.27"),
    (CommitContainer(WEB), "docker commit web"),
    (
        CommitContainer(WEB, "a:2", "me", "it is", ('CMD ["a"]', "ENV B=c"), pause=False),
        "docker commit --author me --message 'it is' --change 'CMD [\"a\"]' --change 'ENV B=c'"
        " --pause=false web a:2",
    ),
    (ReadChanges(WEB), "docker diff web"),
    (ReadDiff(WEB), "docker diff web"),
    (ViewContainerFile(WEB, b"etc/a b"), "docker cp 'web:/etc/a b' -"),
    (OpenPath(WEB, b"/a \x1b[2J"), r"docker cp 'web:/a \x1b[2J' -"),
    (CopyOut(WEB, b"/etc/hosts", "a b"), "docker cp web:/etc/hosts 'a b'"),
    (CopyOut(WEB, b"/etc/.", "/a:b", follow=True), "docker cp -L web:/etc/. /a:b"),
    (CopyOut(WEB, b"/etc", "a:b"), "docker cp web:/etc ./a:b"),
    (CopyOut(WEB, b"/etc", "a b.tar", as_tar=True), "docker cp web:/etc - > 'a b.tar'"),
    (CopyOut(WEB, b"/etc", "a.tgz", as_tar=True), "docker cp web:/etc - | gzip > a.tgz"),
    (CopyIn(WEB, "/a:b/.", b"/new", overwrite=True), "docker cp /a:b/. web:/new"),
    (CopyIn(WEB, "-x", b"/"), "docker cp ./-x web:/"),
    (ExportContainer(WEB, "a b.tar"), "docker export -o 'a b.tar' web"),
    (ExportContainer(WEB, "-"), "docker export web"),
    (ExportContainer(WEB, "a.tar.gz", overwrite=True), "docker export web | gzip > a.tar.gz"),
    (ExportContainer(WEB, "a b.tar.zst"), "docker export web | zstd > 'a b.tar.zst'"),
    (ImportTar("a.tar"), "docker import a.tar"),
    (
        ImportTar("-", "a:1", "from afar", "linux/arm64", ("USER u",)),
        "docker import --change 'USER u' --message 'from afar' --platform linux/arm64 - a:1",
    ),
    (PlanPull("nginx:1.27"), "docker manifest inspect --verbose nginx:1.27"),
    (SaveImages(("a:1", "b:1"), "all.tar"), "docker save -o all.tar a:1 b:1"),
    (SaveImages(("a:1",), "-"), "docker save a:1"),
    (SaveImages(("a:1",), "a b.tar.gz", "gzip"), "docker save a:1 | gzip > 'a b.tar.gz'"),
    (SaveImages(("a:1",), "x\x1b", "zstd"), r"docker save a:1 | zstd > 'x\x1b'"),
    (LoadImages("all.tar"), "docker load -i all.tar"),
    (LoadImages("-", silent=True), "docker load -q"),
    (PlanLoad("all.tar"), ""),
    (SendImages(("a:1",), "far"), "docker save a:1 | docker --context far load"),
    (SendImages(("a:1",), "ssh://far"), "docker save a:1 | docker --host ssh://far load"),
    (PlanSend(("a:1",), "far"), ""),
    (ReadOwnRegistry(), ""),
    (
        StartOwnRegistry("127.0.0.1", 5001),
        "docker run --detach --publish 127.0.0.1:5001:5000 registry:2",
    ),
    (StopOwnRegistry("127.0.0.1:5001", 5001), ""),
    (ReadMirrors(), IN_FORCE),
    (ProbeMirrors(("https://a.example",)), ""),
    (ChangeMirrors(MirrorEdit.SET, ("https://a.example\x1b[2J",)), IN_FORCE),
    (RollBackMirrors(), IN_FORCE),
    (
        SearchImages("nginx", 25, official=True, stars=10),
        "docker search --limit 25 --filter is-official=true --filter stars=10 nginx",
    ),
    (ReadTags("nginx"), ""),
    (ReadTagFacts("nginx", ("1", "2")), "docker manifest inspect nginx:1"),
    (ReadTag("nginx:1"), "docker manifest inspect nginx:1"),
    (ReadRepository("me/app\x1b[2J"), ""),
    (ReadCatalog("host:5000"), ""),
    (PlanDeletion("host:5000/app:1"), ""),
    (DeleteTag(Deletion("host:5000/app", "1", "sha256:x")), ""),
    (CheckNewer(), ""),
    (TagImage(IMAGE_ID, "a b; rm -rf /", "$(x)"), "docker tag 'a b; rm -rf /' '$(x)'"),
    (PullImage("a\x1b[2J\n"), r"docker pull 'a\x1b[2J\x0a'"),
]


@pytest.mark.parametrize(("action", "line"), LINES, ids=lambda value: str(value)[:40])
def test_each_action_knows_its_docker_line(action: Action, line: str) -> None:
    assert action.docker == line


def test_no_action_shows_a_secret() -> None:
    action = LogIn("r:5000", ME, IN_SESSION)
    told = f"{action!r} {action} {action.title} {action.docker} {action.targets}"
    assert ME.secret not in told
    assert "made-up" in ME.secret


def test_the_lines_are_of_all_actions() -> None:
    assert {action.kind for action, _line in LINES} == set(HANDLERS)


@pytest.mark.parametrize("action", [action for action, _line in LINES], ids=lambda a: a.kind)
def test_titles_are_one_harmless_line(action: Action) -> None:
    assert action.title
    assert action.title.isprintable()


def test_a_title_names_three_and_counts_the_rest() -> None:
    five = tuple(ContainerTarget(str(number), f"c{number}") for number in range(5))
    assert ChangeContainers(ContainerVerb.STOP, five).title == "stop c0, c1, c2 and 2 more"
    assert ChangeContainers(ContainerVerb.STOP, five[:3]).title == "stop c0, c1, c2"


def test_jobs_that_share_a_target_are_those_that_must_not_overlap() -> None:
    other = RemoveImages(RemovalPlan(steps=(RemovalStep("sha256:other", "z:1"),)))
    assert RemoveImages(PLAN).targets & other.targets, "removals never overlap"
    assert RemoveImages(PLAN).targets & TagImage(IMAGE_ID, "a:1", "b:2").targets
    assert RenameContainer(WEB, "x").targets & RemoveContainers((WEB,)).targets
    assert not PullImage("a").targets & PullImage("b").targets
    assert not ReadFacts((IMAGE_ID,)).targets
