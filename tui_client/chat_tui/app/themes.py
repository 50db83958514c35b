"""Colour themes: lists those whose text keeps WCAG AA contrast (4.5 to 1), and the terminal's own colours.

What is toned down is `foreground-muted`; what only separates is `border-blurred`, with a contrast of 3 to 1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from textual.theme import BUILTIN_THEMES, Theme

from chat_protocol.text import clean_line
from chat_tui.settings.settings import Settings
from chat_tui.settings.suggestions import did_you_mean
from chat_tui.terminal.splash import NONE


def _quiet(text: str, line: str) -> dict[str, str]:
    """The colours of what stands back: text that is toned down, lines and marks that only separate."""
    texts = ("foreground-muted", "foreground-disabled", "text-muted", "text-disabled")
    return dict.fromkeys(texts, text) | dict.fromkeys(("border-blurred", "scrollbar", "scrollbar-hover"), line)


CHAT_DARK = Theme(
    name="chat-dark",
    primary="#7aa8dc",
    secondary="#8fb5b0",
    accent="#c3a6e0",
    foreground="#d8dbe0",
    background="#14171c",
    surface="#1b1f26",
    panel="#2a303a",
    warning="#f0b13c",
    success="#7fc98a",
    error="#f08383",
    dark=True,
    variables={
        "block-cursor-foreground": "#14171c",
        "block-cursor-background": "#7aa8dc",
        "footer-key-foreground": "#7aa8dc",
        "input-selection-background": "#7aa8dc 30%",
        "button-color-foreground": "#14171c",
        **_quiet("#979a9f", "#797c81"),
    },
)

CHAT_LIGHT = Theme(
    name="chat-light",
    primary="#1f5fa8",
    secondary="#2f6b66",
    accent="#6f42a8",
    foreground="#12151a",
    background="#f8f7f4",
    surface="#f0eeea",
    panel="#e2dfd8",
    warning="#8a5300",
    success="#23692f",
    error="#b02a2a",
    dark=False,
    variables={
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#1f5fa8",
        "footer-key-foreground": "#1f5fa8",
        "button-color-foreground": "#ffffff",
        **_quiet("#5d5f61", "#7b7c7e"),
    },
)

CHAT_CONTRAST = Theme(
    name="chat-contrast",
    primary="#9fd0ff",
    secondary="#a8e0d8",
    accent="#e4c2ff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    warning="#ffd75f",
    success="#87ff87",
    error="#ffa8a8",
    dark=True,
    variables={
        "block-cursor-foreground": "#000000",
        "block-cursor-background": "#ffffff",
        "footer-key-foreground": "#9fd0ff",
        "button-color-foreground": "#000000",
        **_quiet("#b8b8b8", "#8a8a8a"),
    },
)

# Palettes that many know, with shades of their own where a text would be hard to read or a warning hard to tell.
_KNOWN = {
    "catppuccin-mocha": (
        {"surface": "#1e1e2e", "panel": "#313244", "error": "#f29b9b"},
        _quiet("#9ca2bc", "#797e94"),
    ),
    "dracula": ({"secondary": "#8be9fd", "error": "#ff8585"}, _quiet("#b4b4b5", "#868790")),
    "rose-pine": (
        {"secondary": "#7fb8cc", "success": "#9fd3a5", "error": "#eb9090"},
        _quiet("#a3a1b4", "#7a7889"),
    ),
}

TERMINAL = "terminal"
Ground = Literal["", "dark", "light"]
"""What is known of the background of the terminal."""


def _of_the_terminal(primary: str, accent: str, warning: str, success: str, error: str, ground: Ground) -> Theme:
    return Theme(
        name=TERMINAL,
        ansi=True,
        primary=primary,
        secondary=primary,
        accent=accent,
        warning=warning,
        success=success,
        error=error,
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        dark=ground != "light",
        variables={
            **_quiet("ansi_default", "ansi_default"),
            "ansi-background": "ansi_default",
            "ansi-foreground": "ansi_default",
            "border": primary,
            "footer-key-foreground": primary,
            "link-color": accent,
            "block-cursor-foreground": "ansi_bright_white",
            "block-cursor-background": "ansi_blue",
            "input-cursor-text-style": "reverse",
            "input-selection-background": "ansi_blue",
            "input-selection-foreground": "ansi_bright_white",
            "screen-selection-background": "ansi_blue",
            "screen-selection-foreground": "ansi_bright_white",
            "scrollbar-background": "ansi_default",
            "scrollbar-background-hover": "ansi_default",
            "scrollbar-background-active": "ansi_default",
            "scrollbar-active": primary,
        },
    )


_NO_COLOUR = "ansi_default"
OF_TERMINALS: Mapping[Ground, Theme] = {
    "dark": _of_the_terminal(
        "ansi_cyan", "ansi_bright_cyan", "ansi_bright_yellow", "ansi_green", "ansi_bright_red", "dark"
    ),
    "light": _of_the_terminal("ansi_blue", "ansi_magenta", "ansi_magenta", "ansi_blue", "ansi_red", "light"),
    "": _of_the_terminal(_NO_COLOUR, _NO_COLOUR, _NO_COLOUR, _NO_COLOUR, _NO_COLOUR, ""),
}
"""The terminal's own text and background, and of its sixteen colours such as can be read on that in the usual palettes.

None can be read on both dark and light: where the background is not known, words and signs alone say what colours say.
"""

DEFAULT = CHAT_DARK.name


def _adapted(name: str, colours: Mapping[str, str], quiet: Mapping[str, str]) -> Theme:
    theme = BUILTIN_THEMES[name]
    lit = {
        "block-cursor-foreground": str(theme.background),
        "block-cursor-background": theme.primary,
        "border": theme.primary,
        "input-selection-background": f"{theme.primary} 25%",
    }
    adapted: dict[str, Any] = {**colours, "variables": {**theme.variables, **lit, **quiet}}
    return replace(theme, **adapted)


THEMES: Sequence[Theme] = (
    CHAT_DARK,
    CHAT_LIGHT,
    CHAT_CONTRAST,
    *(_adapted(name, *colours) for name, colours in _KNOWN.items()),
    OF_TERMINALS[""],
)
NAMES = tuple(theme.name for theme in THEMES)


def by_default(ground: Ground) -> str:
    """The theme where nobody has chosen one."""
    return CHAT_LIGHT.name if ground == "light" else DEFAULT


def with_a_theme(settings: Settings) -> Settings:
    """Return settings whose theme there is; one that was picked in a program that had it is forgotten.

    Raises:
        SettingsError: when somebody has set one that there is not.
    """
    if settings.theme and settings.theme not in NAMES:
        settings = settings.without_picked_theme()
    if settings.theme and settings.theme not in NAMES:
        known = ", ".join(NAMES)
        meant = did_you_mean(settings.theme, NAMES)
        raise settings.refuse(
            "theme", f'can\'t be "{clean_line(settings.theme[:60])}".{meant} Choose one of these: {known}.'
        )
    return settings


def frame_colours(variables: Mapping[str, str]) -> str:
    """What `splash` needs to look like a theme with these variables."""
    colours = [variables[name] for name in ("background", "panel", "foreground")]
    if not all(re.fullmatch("#[0-9a-fA-F]{6}", colour) for colour in colours):
        return NONE
    return " ".join(colour[1:].lower() for colour in colours)
