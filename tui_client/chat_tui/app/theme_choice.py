"""Theme choice: the theme to begin with, by what the terminal can show, and the one that the user picks by looking.

What somebody has set or picked holds. Else the theme follows the background of the terminal, once that is known.
"""

import os
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.color import Color

from chat_tui.app.themes import NAMES, OF_TERMINALS, TERMINAL, THEMES, Ground, by_default
from chat_tui.storage.choices import RememberError
from chat_tui.terminal.splash import NONE
from chat_tui.toolkit.colour_depth import begin_with_theme, colour_depth, fit_colours, renew_theme
from chat_tui.toolkit.terminal_background import ground_by_hint, ground_of

_FEW = 16


class ThemeChoice:
    """The theme of an app; `keep` writes the name of one down that was picked, and may raise RememberError."""

    def __init__(self, app: App[Any]) -> None:
        self.keep: Callable[[str], None] | None = None
        self._app = app
        self._chosen = False
        self._ground: Ground = ground_by_hint(os.environ)
        for theme in THEMES:
            app.register_theme(theme)
        app.register_theme(OF_TERMINALS[self._ground])
        fit_colours(app)

    def begin(self, wanted: str = "", last: str = NONE) -> None:
        """Set the theme before the app runs: the one that is wanted, if any, as far as the terminal can show it.

        Else the terminal is taken to be as dark or light as the colours that the program had at its `last` end.
        """
        self._chosen = bool(wanted)
        few = colour_depth(self._app) <= _FEW
        theme = TERMINAL if few else wanted or by_default(self._ground or _ground_of(last))
        if theme != self._app.theme:
            begin_with_theme(self._app, theme)

    def background_is(self, background: Color) -> None:
        """The terminal has said what its background is."""
        ground = ground_of(background)
        if ground == self._ground:
            return
        self._ground = ground
        self._app.register_theme(OF_TERMINALS[ground])
        if self._app.theme == TERMINAL:
            renew_theme(self._app)
        elif not self._chosen:
            self._app.theme = by_default(ground)

    def ask(self) -> None:
        """Choose a theme by looking at them."""
        from chat_tui.screens.dialogs.theme_picker import ThemePicker  # noqa: PLC0415 - seldom asked for

        if colour_depth(self._app) == _FEW:
            words = "This terminal shows 16 colours, so its own are used. If it can show more, set COLORTERM=truecolor."
            self._app.notify(words, markup=False)
        elif not isinstance(self._app.screen, ThemePicker):
            self._app.push_screen(ThemePicker(NAMES, self._app.theme), self._picked)

    def _picked(self, name: str | None) -> None:
        if name is None:
            return
        self._chosen = True
        if self.keep is None:
            return
        try:
            self.keep(name)
        except RememberError as error:
            self._app.notify(f"Using {name} for now: {error}", severity="warning", markup=False)


def _ground_of(colours: str) -> Ground:
    return "" if colours == NONE else ground_of(Color.parse(f"#{colours.split(maxsplit=1)[0]}"))
