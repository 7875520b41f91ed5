"""A registry of one's own: whether it runs, what it holds, and the docker lines to use it."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui.actions.action import Action, docker_line
from tui.actions.forms.ownregistry import START_FORM
from tui.actions.selection import EMPTY_SELECTION
from tui.actions.values.ownregistry import ReadOwnRegistry, StopOwnRegistry
from tui.distribution.backends import backend_title
from tui.distribution.contents import held
from tui.i18n import N_, _
from tui.model.job import Job, JobState
from tui.model.ownregistry import NO_OWN_REGISTRY, Running, StoredRepository, StoredTag, address_of
from tui.model.text import human_size
from tui.store.state import State
from tui.ui.screens.base import Sheet
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.form import FormScreen
from tui.ui.screens.text import FieldsScreen, FieldValue, TextScreen, copyable
from tui.ui.widgets.columns import CellText, Column, Piece, Row, wrap
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

THIS_MACHINE: Final = ("127.0.0.1", "::1", "localhost")
USUAL: Final = address_of("127.0.0.1", 5000)

ABOUT: Final = N_(
    "A registry keeps images for others to pull. This one is yours: a class pushes its images to "
    "it instead of to Docker Hub, and nobody needs an account or the internet.\n"
    "\n"
    "docker tag nginx:1.27 {address}/nginx:1.27\n"
    "docker push {address}/nginx:1.27\n"
    "docker pull {address}/nginx:1.27\n"
    "\n"
    "It goes on when orlop ends, until you stop it here or with: orlop registry stop. What was "
    "pushed stays in {root} and is there when it is started again, whoever serves it: the program "
    "docker-registry, the image registry:2, or orlop's own server.\n"
    "\n"
    "Other machines reach it only if it was started for everybody in the network, and their "
    "Engines take plain HTTP only from this machine: they need "
    '"insecure-registries": ["HOST:PORT"] in their daemon.json, or the registry a certificate '
    "(orlop registry serve --tls-cert FILE --tls-key FILE).\n"
    "\n"
    "With a user and a password nobody pushes or pulls without docker login. Only a hash of the "
    "password is kept, in the file htpasswd of that folder; without that file it is open again.\n"
    "\n"
    "A tag that moves leaves its old image behind. orlop registry gc --untagged removes what no "
    "tag leads to, while the registry is stopped."
)


class OwnRegistryScreen(Sheet[None]):
    """A row for each tag; the docker line below pulls it, or pushes the first one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", N_("Start"), show=False, id="ownregistry.s"),
        Binding("x", "stop", N_("Stop"), show=False, id="ownregistry.x"),
        Binding("c", "copy_line", N_("Copy"), show=False, id="ownregistry.c"),
        Binding("r", "read", N_("Read again"), show=False, id="ownregistry.r"),
        Binding("question_mark", "about", N_("Help"), show=False, id="ownregistry.?"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._own = NO_OWN_REGISTRY
        self._job = 0
        self._rows_of: dict[str, tuple[StoredRepository, StoredTag | None]] = {}

    def compose(self) -> ComposeResult:
        """Title, state, rows, the docker line, keys."""
        glyphs = self.orlop.glyphs
        columns = (
            Column("repository", _("REPOSITORY"), 1, min_width=16, flex=True, priority=10),
            Column("tag", _("TAG"), 16, priority=9),
            Column("size", _("SIZE"), 9, align="right", priority=8),
            Column("digest", _("DIGEST"), 12, priority=5),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="place")
            yield RowList(columns, glyphs=glyphs, marking=False)
            yield TextLine(glyphs=glyphs, id="own-line")
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Look what is there."""
        self.part(".dialog-title", TextLine).show(CellText(_(" Your own registry"), "strong"))
        self._rows.empty_text = _("Reading...")
        self._rows.focus()
        self.action_read()
        self.follow(self._show)

    @property
    def _rows(self) -> RowList:
        return self.part("RowList", RowList)

    @property
    def _one(self) -> Running | None:
        """The registry that is shown, if it runs."""
        return next(iter(self._own.running), None)

    @property
    def _address(self) -> str:
        return self._one.address if self._one else USUAL

    # What is shown

    def _show(self, state: State) -> None:
        job = next((job for job in state.jobs if job.job_id == self._job), None)
        if state.own_registry is not self._own:
            self._own = state.own_registry
            self._show_rows()
        self.part("#place", TextLine).show(*self._state_pieces(job))
        self._show_line()
        verb = "" if self.orlop.read_only else _(" x stop ") if self._one else _(" s start ")
        keys = _(" c copy line  enter more  r read again  ? help  esc back")
        self.part("#sheet-keys", TextLine).show(verb + keys)

    def _show_rows(self) -> None:
        self._rows_of = {
            f"{each.name}:{tag.name if tag else ''}": (each, tag)
            for each in self._own.stored.repositories
            for tag in (each.tags or (None,))
        }
        self._rows.empty_text = _("Nothing was pushed yet.")
        self._rows.set_rows([_row(key, *found) for key, found in self._rows_of.items()])
        self.part(".dialog-title", TextLine).show(
            CellText(_(" Your own registry"), "strong"),
            right=(CellText(f"{held(self._own.stored)} ", "dim"),),
        )

    def _state_pieces(self, job: Job | None) -> tuple[Piece, ...]:
        """Return whether it runs; or what a job does, or why it failed."""
        if job is not None and job.state is JobState.FAILED:
            return (CellText(f" {job.summary} {job.remedy}", "bad"),)
        if job is not None and not job.state.is_final:
            return (CellText(f" {job.title}...", "accent"),)
        one = self._one
        if one is None:
            text = _(" not running  (s starts it)") if self._own.root else ""
            return (CellText(text, "warn"),)
        backend = backend_title(one.backend)
        text = _(" running at {address}").format(address=one.address)
        more = _(" {backend}, ").format(backend=backend)
        more += _("asks for a login") if one.login else _("no login")
        is_open = not one.login and one.host not in THIS_MACHINE
        if is_open:
            more += _(": open to everybody in the network")
        others = len(self._own.running) - 1
        if others:
            more += _("  (and {count} more)").format(count=others)
        return (CellText(text, "good"), CellText(more, "warn" if is_open else "dim"))

    @on(RowList.RowHighlighted)
    def _show_line(self) -> None:
        self.part("#own-line", TextLine).show(CellText(f" $ {self._line()}", "dim"))

    def _line(self) -> str:
        """Return the docker line for the row under the cursor; without one, that of a push."""
        repository, tag = self._current
        if repository is not None and tag is not None:
            return docker_line("pull", f"{self._address}/{repository.name}:{tag.name}")
        return docker_line("push", f"{self._address}/IMAGE")

    @property
    def _current(self) -> tuple[StoredRepository | None, StoredTag | None]:
        return self._rows_of.get(self._rows.cursor_key or "", (None, None))

    # Keys

    def action_read(self) -> None:
        """Look again what is there."""
        self._submit(ReadOwnRegistry())

    def action_start(self) -> None:
        """Ask how to serve it, and start it; nothing if it runs."""
        if not self.orlop.read_only and self._one is None:
            self.app.push_screen(FormScreen(START_FORM, EMPTY_SELECTION), self._submit)

    def action_stop(self) -> None:
        """Stop the one that is shown, after a question."""
        one = self._one
        if self.orlop.read_only or one is None:
            return
        action = StopOwnRegistry(one.address, one.port)
        screen = ConfirmScreen(
            _("Stop the registry at {address}?").format(address=one.address),
            _("Stop"),
            text=_("Pushes and pulls that are under way break off. What it holds stays."),
        )
        self.app.push_screen(screen, lambda yes: self._submit(action if yes else None))

    def action_copy_line(self) -> None:
        """Copy the docker line."""
        self.orlop.copy_text(copyable(self._line()), _("docker line"))

    def action_about(self) -> None:
        """Explain what this is."""
        text = _(ABOUT).format(address=self._address, root=self._own.root)
        width = max(self.size.width - 3, 16)  # of words: TextScreen breaks lines anywhere
        lines = wrap(text, width)
        self.app.push_screen(TextScreen(_("A registry for a class"), "\n".join(lines)))

    @on(RowList.RowChosen)
    def _more(self) -> None:
        repository, tag = self._current
        if repository is not None and tag is not None:
            name = f"{self._address}/{repository.name}"
            self.app.push_screen(FieldsScreen(f"{repository.name}:{tag.name}", fields(name, tag)))

    def _submit(self, action: Action | None) -> None:
        """Hand an action in, and show how it goes."""
        if action is not None:
            self._job = self.orlop.dispatcher.submit(action)
            self._show(self.orlop.store.state)


def fields(name: str, tag: StoredTag) -> list[FieldValue]:
    """Return all of a tag; `name` is the repository with its registry."""
    kind = _("several platforms") if tag.is_index else _("one image")
    return [
        FieldValue(_("Pull"), docker_line("pull", f"{name}:{tag.name}")),
        FieldValue(_("Pull this very image"), docker_line("pull", f"{name}@{tag.digest}")),
        FieldValue(_("Digest"), tag.digest),
        FieldValue(_("Size"), human_size(tag.size)),
        FieldValue(_("Kind"), kind),
    ]


def _row(key: str, repository: StoredRepository, tag: StoredTag | None) -> Row:
    if tag is None:
        return Row(key, (repository.name, "-", "-", "-"), dim=True)
    digest = tag.digest.partition(":")[2][:12]
    return Row(key, (repository.name, tag.name, human_size(tag.size), digest))
