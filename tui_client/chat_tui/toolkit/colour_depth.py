"""Colour depth: how many colours the terminal has, and what is made of a theme there."""

from typing import Any, Literal

from textual.app import App

Depth = Literal[0, 16, 256, 16_777_216]


def colour_depth(app: App[Any]) -> Depth:
    """How many colours the terminal shows, as far as the environment says; 0 where none are wanted."""
    if app.no_color:
        return 0
    match app.console.color_system:
        case "truecolor":
            return 16_777_216
        case "256":
            return 256
        case _:
            return 16


def fit_colours(app: App[Any]) -> None:
    """Where there are 256 colours, choose them by our own table. To be said before anything is drawn."""
    if colour_depth(app) == 256:
        from chat_tui.toolkit.eight_bit import EightBitColours  # noqa: PLC0415 - most terminals have more

        app._filters.append(EightBitColours())


def begin_with_theme(app: App[Any], theme: str) -> None:
    """Set the theme before the first style sheet is read with its colours, and before anything is drawn."""
    app.set_reactive(App.theme, theme)
    # Stock, this waits until the theme changes once more: the terminal's own colours would be shown as others.
    app._refresh_truecolor_filter(app.ansi_theme)
    app.stylesheet.set_variables(app.get_css_variables())


def renew_theme(app: App[Any]) -> None:
    """The theme of this name has other colours now: draw with them."""
    app._watch_theme(app.theme)
