"""Login: asks for the user name and the password that a proxy before the server wants."""

from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from chat_tui.screens.dialogs.dialog import Dialog
from chat_tui.widgets.bars.keys import KeyBar

_LONGEST = 200


class Login(NamedTuple):
    """Who one is for a proxy, and the proof of it."""

    user: str
    password: str


class LoginDialog(Dialog[Login]):
    """Ends with what was typed, or None. The password is never shown and never written down."""

    AUTO_FOCUS = "#login-user"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False, id="login.close")]
    DEFAULT_CSS = """
    LoginDialog {
        & > #login-dialog {
            width: 60;
            max-width: 100%;
            height: auto;
            max-height: 100%;
        }
        & Static { padding: 0 1; }
        & Input { margin: 0 1; }
    }
    """

    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host

    def compose(self) -> ComposeResult:
        """Whose login, two fields, the keys."""
        dialog = Vertical(id="login-dialog", classes="dialog")
        dialog.border_title = f"Log in to {self._host}"
        with dialog:
            yield Static("The proxy needs a login. It isn't saved.", id="login-words", markup=False)
            yield Input(compact=True, max_length=_LONGEST, placeholder="User name", id="login-user")
            yield Input(compact=True, max_length=_LONGEST, placeholder="Password", password=True, id="login-password")
            yield KeyBar([("⏎", "Log in", "log_in"), ("tab", "Next", "app.focus_next"), ("esc", "Close", "close")])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.action_log_in()

    def action_log_in(self) -> None:
        """End with both, or go to the field that is empty."""
        user, password = self.query_one("#login-user", Input), self.query_one("#login-password", Input)
        empty = next((field for field in (user, password) if not field.value), None)
        if empty is not None:
            empty.focus()
        else:
            self.end(Login(user.value, password.value))
