"""Proxy login: asks the user for it when the connection needs one."""

from textual.app import App

from chat_tui.connection.states import Status, TurnedAway
from chat_tui.engine.feed import Feed
from chat_tui.widgets.bars.header import HeaderBar


class ProxyLogin:
    """Opens the dialog when a proxy turns us away, once for each time, and again on demand."""

    def __init__(self, app: App[None], feed: Feed, header: HeaderBar) -> None:
        self._app = app
        self._feed = feed
        self._header = header

    def follow(self, status: Status) -> None:
        """Is a login wanted?"""
        if isinstance(status, TurnedAway) and status.login:
            self.ask()

    def ask(self) -> None:
        """Open the dialog, unless another one is open."""
        from chat_tui.screens.dialogs.login import Login, LoginDialog  # noqa: PLC0415 - not before the first frame

        def log_in(login: Login | None) -> None:
            if login is not None:
                self._feed.log_in(*login)

        if self._header.screen.is_active:
            self._app.push_screen(LoginDialog(self._header.host), log_in)
