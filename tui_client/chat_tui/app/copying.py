"""Copying: gives texts to the clipboard programs of this computer; the screen in front says what became of them."""

from typing import TYPE_CHECKING

from textual.app import App

from chat_tui.screens.copied import Copied

if TYPE_CHECKING:
    from chat_tui.terminal.copier import Copier


class Copying:
    """The clipboard of an app that has asked the terminal already."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._copier: Copier | None = None

    def copy(self, text: str) -> None:
        """Begin to copy a text. Nobody's clipboard changes where there is no terminal."""
        if self._copier is None and not self._app.is_headless:
            from chat_tui.terminal.copier import Copier  # noqa: PLC0415 - it looks through the PATH

            self._copier = Copier(self._tell)
        if self._copier is None or not self._copier.copy(text):
            self._tell(by_tool=False)

    def _tell(self, by_tool: bool) -> None:  # noqa: FBT001 - what a copier calls
        self._app.screen.post_message(Copied(by_tool=by_tool))
