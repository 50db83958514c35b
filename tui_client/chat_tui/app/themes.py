"""Colour themes: lists those whose text keeps WCAG AA contrast (4.5 to 1), and the terminal's own colours."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from textual.theme import BUILTIN_THEMES, Theme

from chat_protocol.text import clean_line
from chat_tui.settings.settings import Settings
from chat_tui.settings.suggestions import did_you_mean
from chat_tui.terminal.splash import NONE

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
        "button-color-foreground": "#14171c",
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
        "border-blurred": "#8a8a8a",
        "footer-key-foreground": "#9fd0ff",
        "button-color-foreground": "#000000",
    },
)

# Palettes that many know, with shades of their own where a text would be hard to read or a warning hard to tell.
_KNOWN = {
    "catppuccin-mocha": {"surface": "#1e1e2e", "panel": "#313244", "error": "#f29b9b"},
    "dracula": {"secondary": "#8be9fd", "error": "#ff8585"},
    "rose-pine": {"secondary": "#7fb8cc", "success": "#9fd3a5", "error": "#eb9090"},
}

TERMINAL = Theme(
    name="terminal",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    warning="ansi_magenta",
    success="ansi_green",
    error="ansi_red",
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_bright_black",
        "block-cursor-foreground": "ansi_bright_white",
        "block-cursor-background": "ansi_blue",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_blue",
        "input-selection-foreground": "ansi_bright_white",
        "screen-selection-background": "ansi_blue",
        "screen-selection-foreground": "ansi_bright_white",
    },
)
"""The sixteen colours of the terminal on its own background: of those, only such as can be read on dark and light."""

DEFAULT = CHAT_DARK.name


def _adapted(name: str, colours: Mapping[str, str]) -> Theme:
    theme = BUILTIN_THEMES[name]
    cursor = {"block-cursor-foreground": str(theme.background), "block-cursor-background": theme.primary}
    adapted: dict[str, Any] = {**colours, "variables": {**theme.variables, **cursor}}
    return replace(theme, **adapted)


THEMES: Sequence[Theme] = (
    CHAT_DARK,
    CHAT_LIGHT,
    CHAT_CONTRAST,
    *(_adapted(name, colours) for name, colours in _KNOWN.items()),
    TERMINAL,
)
NAMES = tuple(theme.name for theme in THEMES)


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
        raise settings.refuse("theme", f'can\'t be "{clean_line(settings.theme[:60])}".{meant} There are: {known}.')
    return settings


def frame_colours(variables: Mapping[str, str]) -> str:
    """What `splash` needs to look like a theme with these variables."""
    colours = [variables[name] for name in ("background", "panel", "foreground")]
    if not all(re.fullmatch("#[0-9a-fA-F]{6}", colour) for colour in colours):
        return NONE
    return " ".join(colour[1:].lower() for colour in colours)
