"""Theme choice: the user picks a theme by looking at it, and the choice is kept."""

from collections.abc import Callable
from typing import Any

from textual.app import App

from chat_tui.app.themes import NAMES
from chat_tui.storage.choices import RememberError


class ThemeChoice:
    """Asks for a theme of the app; `keep` writes the name down, and may raise RememberError."""

    def __init__(self, app: App[Any]) -> None:
        self.keep: Callable[[str], None] | None = None
        self._app = app

    def ask(self) -> None:
        """Choose a theme by looking at them."""
        from chat_tui.screens.dialogs.theme_picker import ThemePicker  # noqa: PLC0415 - seldom asked for

        if not isinstance(self._app.screen, ThemePicker):
            self._app.push_screen(ThemePicker(NAMES, self._app.theme), self._picked)

    def _picked(self, name: str | None) -> None:
        if name is None or self.keep is None:
            return
        try:
            self.keep(name)
        except RememberError as error:
            self._app.notify(f"{name} holds for now: {error}", severity="warning", markup=False)
