"""Where one is logged in; logging in and out; and where to get an account."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.actions.action import Action
from tui.actions.forms.accounts import login_form
from tui.actions.selection import EMPTY_SELECTION
from tui.actions.values.accounts import ListAccounts, LogIn, LogOut
from tui.credentials.login import IN_FILE, Account, Keeper
from tui.i18n import N_, _
from tui.model.job import JobState
from tui.model.qr import ascii_blocks, half_blocks, qr_code
from tui.model.reference import HUB
from tui.store.state import State
from tui.ui.progress import progress_text
from tui.ui.screens.base import Dialog, Sheet, shown
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.form import FormScreen
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

SIGN_UP: Final = "https://app.docker.com/signup"
"""Where an account of Docker Hub is made."""

TOKENS: Final = "https://app.docker.com/settings/personal-access-tokens"
"""Where a token is made that stands in for the password."""

KINDS: Final = ("log_in", "log_out")


class LoginScreen(FormScreen):
    """Asks who, and where to keep it."""

    def __init__(self, registry: str = "", user: str = "") -> None:
        super().__init__(login_form(registry, user), EMPTY_SELECTION)
        self._is_known = bool(user)

    def first_line(self) -> Input:
        """Return what is missing first."""
        return self.query_one("#field-secret", Input) if self._is_known else super().first_line()


class AccountsScreen(Sheet[None]):
    """A row for each login, without its secret."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "log_in", N_("Log in"), show=False, id="accounts.n"),
        Binding("d", "log_out", N_("Log out"), show=False, id="accounts.d"),
        Binding("delete", "log_out", N_("Log out"), show=False, id="accounts.delete"),
        Binding("w", "sign_up", N_("No account yet"), show=False, id="accounts.w"),
        Binding("c", "copy", N_("Copy"), show=False, id="accounts.c"),
        Binding("r", "refresh_list", N_("Refresh"), show=False, id="accounts.r"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._before: frozenset[int] = frozenset()
        """The jobs of before, which have nothing to say here."""

    def compose(self) -> ComposeResult:
        """Title, rows, what happened last, keys."""
        glyphs = self.orlop.glyphs
        columns = (
            Column("registry", _("REGISTRY"), 1, min_width=20, flex=True, priority=9),
            Column("user", _("USER"), 16, priority=8),
            Column("with", _("WITH"), 8, priority=4),
            Column("place", _("KEPT BY"), 33, priority=7),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(columns, glyphs=glyphs, marking=False, empty_text=_("Reading..."))
            yield Static("", id="says", markup=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Read the logins, and follow the store."""
        self.part(".dialog-title", TextLine).show(CellText(_("Accounts"), "strong"))
        keys = _(" n log in  enter log in again  d log out  w no account yet?  c copy  esc back")
        if self.orlop.read_only:
            keys = _(" w no account yet?  c copy  esc back")
        self.part("#sheet-keys", TextLine).show(keys)
        self.part("RowList", RowList).focus()
        self._before = frozenset(job.job_id for job in self.orlop.store.state.jobs)
        self.follow(self._show)
        self.action_refresh_list()

    def _show(self, state: State) -> None:
        logins = state.logins
        rows = [
            Row(
                _key(account),
                (
                    _("Docker Hub") if account.registry == HUB else account.registry,
                    account.user or "-",
                    _("token") if account.is_token else _("password"),
                    CellText(account.place.label, _place_style(account)),
                ),
            )
            for account in logins.accounts
        ]
        listed = self.part("RowList", RowList)
        if logins.are_known:
            listed.empty_text = _("You are logged in nowhere. n logs in, w shows how to sign up.")
        listed.set_rows(rows)
        says = self.part("#says", Static)
        text, is_bad = self._says(state)
        says.update(shown(text))
        says.set_class(is_bad, "problem")
        says.display = bool(text)

    def _says(self, state: State) -> tuple[str, bool]:
        """Return how the last login or logout stands, else why logins cannot be told."""
        for job in reversed(state.jobs):
            if job.kind in KINDS and job.job_id not in self._before:
                text = job.summary or progress_text(job)
                return " ".join((text, job.remedy)).strip(), job.state is JobState.FAILED
        lines = (f"{one.title} {one.detail} {one.remedy}" for one in state.logins.troubles)
        return "\n".join(lines), True

    def _current(self) -> Account | None:
        key = self.part("RowList", RowList).cursor_key
        accounts = self.orlop.store.state.logins.accounts
        return next((account for account in accounts if _key(account) == key), None)

    def action_refresh_list(self) -> None:
        """Read the logins again."""
        self.orlop.dispatcher.submit(ListAccounts(asks_engine=True))

    def action_log_in(self) -> None:
        """Log in somewhere."""
        self._ask("", "")

    @on(RowList.RowChosen)
    def _log_in_again(self) -> None:
        account = self._current()
        if account is not None:
            self._ask(account.registry, account.user)

    def _ask(self, registry: str, user: str) -> None:
        if not self.orlop.read_only:
            self.app.push_screen(LoginScreen(registry, user), self._filled_in)

    def _filled_in(self, action: Action | None) -> None:
        """Hand a login in; one that goes into a file unprotected is asked about once more."""
        if not isinstance(action, LogIn):
            return
        if action.place != IN_FILE:
            self.orlop.dispatcher.submit(action)
            return
        screen = ConfirmScreen(
            _("Keep the password in a file that is not encrypted?"),
            _("Keep it there"),
            text=_(
                "Docker's config.json holds it in base64: whoever can read the file, or a backup"
                " of it, can log in as you. A token that can be withdrawn is better than a"
                " password; a credential helper is better than both."
            ),
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.orlop.dispatcher.submit(action)

        self.app.push_screen(screen, answered)

    def action_log_out(self) -> None:
        """Log out of the registry under the cursor, after a question."""
        account = self._current()
        if account is None or self.orlop.read_only:
            return
        action = LogOut(account.registry)
        screen = ConfirmScreen(
            _("Log out of {registry}?").format(registry=account.registry),
            _("Log out"),
            text=_("The login is dropped from: {place}.").format(place=account.place.label),
            docker=action.docker,
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.orlop.dispatcher.submit(action)

        self.app.push_screen(screen, answered)

    def action_copy(self) -> None:
        """Copy the registry of the row."""
        account = self._current()
        if account is not None:
            self.orlop.copy_text(account.registry, _("registry"))

    def action_sign_up(self) -> None:
        """Show where an account is made."""
        self.app.push_screen(SignUpScreen())


def _key(account: Account) -> str:
    return f"{account.registry} {account.place.keeper} {account.place.helper}"


def _place_style(account: Account) -> str:
    """Return the style of where a login is kept: a warning where anybody could read it."""
    return "warn" if account.place.keeper is Keeper.FILE else ""


class QrCode(Widget):
    """A code for a phone; drawn light on black, whatever the colours of the terminal are."""

    ALLOW_SELECT = False
    STYLE: ClassVar[Style] = Style(color="#ffffff", bgcolor="#000000")

    def __init__(self, address: str, *, ascii: bool) -> None:  # noqa: A002
        super().__init__(id="qr")
        code = qr_code(address)
        self.lines = ascii_blocks(code) if ascii else half_blocks(code)
        self.styles.width = len(self.lines[0])
        self.styles.height = len(self.lines)

    def render_line(self, y: int) -> Strip:
        """Paint a line (Textual's line API)."""
        text = self.lines[y] if y < len(self.lines) else ""
        return Strip([Segment(text, self.STYLE)], len(text))


class SignUpScreen(Dialog[None]):
    """Two addresses for a phone or a browser: where an account is made, and where a token."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", N_("Copy"), show=False, id="signup.c"),
        Binding("t", "turn", N_("The other"), show=False, id="signup.t"),
        Binding("o", "open", N_("Open"), show=False, id="signup.o"),
        Binding("q", "leave", N_("Back"), show=False, id="signup.q"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._is_token = False

    @property
    def address(self) -> str:
        """The address that is shown."""
        return TOKENS if self._is_token else SIGN_UP

    def compose(self) -> ComposeResult:
        """Title, address, code, keys."""
        with Vertical(classes="dialog signup"):
            yield Static("", id="title", classes="dialog-title", markup=False)
            yield Static("", id="address", classes="docker", markup=False)
            yield Vertical(id="code")
            yield Static("", id="hint", markup=False)

    async def on_mount(self) -> None:
        """Show where an account is made."""
        await self._show()

    @on(Resize)
    async def _resized(self) -> None:
        await self._show()

    async def _show(self) -> None:
        title = _("Docker Hub: make a token") if self._is_token else _("Docker Hub: sign up")
        self.part("#title", Static).update(title)
        self.part("#address", Static).update(self.address)
        place = self.part("#code", Vertical)
        await place.remove_children()
        code = QrCode(self.address, ascii=self.orlop.glyphs.ascii)
        fits = len(code.lines) + 5 <= self.size.height and len(code.lines[0]) + 4 <= self.size.width
        if fits:
            await place.mount(code)
        keys = _("c copy  o open  t sign up or token  esc back")
        self.part("#hint", Static).update(f"{_('scan it, or')} {keys}" if fits else keys)

    async def action_turn(self) -> None:
        """Show the other address."""
        self._is_token = not self._is_token
        await self._show()

    def action_copy(self) -> None:
        """Copy the address."""
        self.orlop.copy_text(self.address, _("address"))

    def action_open(self) -> None:
        """Open the address in a browser where there is one, and copy it."""
        self.action_copy()
        self.orlop.open_browser(self.address)
