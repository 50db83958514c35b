"""Preferences: has an app look and behave as its user has set it, and writes down what is picked in it."""

from collections.abc import Callable
from typing import Any

from textual.app import App

from chat_tui.app.density_choice import DensityChoice
from chat_tui.app.theme_choice import ThemeChoice
from chat_tui.app.themes import with_a_theme
from chat_tui.screens.chat.screen import ChatScreen
from chat_tui.settings.settings import Settings

Keep = Callable[[str], None] | None
"""Writes a choice down, and may raise RememberError; None where nothing is kept."""


class Preferences:
    """Theme, density, motion and keys of an app with a chat."""

    def __init__(self, app: App[Any], chat: Callable[[], ChatScreen]) -> None:
        self.themes = ThemeChoice(app)
        self.density = DensityChoice(chat)
        self.still = False
        """Is nothing to move by itself?"""
        self._app, self._chat = app, chat

    def use(self, settings: Settings, keep_theme: Keep, keep_density: Keep, last_colours: str) -> None:
        """Hold to them from now on; `last_colours` are those of the last end, as `splash` has them.

        Raises:
            SettingsError: when there is no such theme or key, or when keys are in each other's way.
        """
        self.themes.keep, self.density.keep = keep_theme, keep_density
        settings, chat = with_a_theme(settings), self._chat()
        self.themes.begin(settings.theme, last_colours)
        self.density.begin(settings)
        if settings.undo_seconds is not None:
            chat.undo_seconds = settings.undo_seconds
        self.still = settings.reduce_motion
        if self.still:
            self._app.animation_level = "none"
        if settings.keys:
            from chat_tui.app.keymap import checked_keys  # noqa: PLC0415 - few have keys of their own

            chat.keymap = checked_keys(settings, type(self._app))
            self._app.set_keymap(dict(chat.keymap))
