"""Part styles: work out the styles of a widget's parts from the colours of the theme.

Textual's own way are component classes. Each of them makes a node, which is styled as often as its widget is: with the
seventy that this program would have, that is a quarter of its start, and most of a change of theme.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.widget import Widget


class PartStyle(NamedTuple):
    """Colours as a style sheet has them: "$foreground 60%", "" for those of the widget.

    `attributes` are Rich's words, or a variable; `without_colours` are those in place of all that where there are no
    colours, or only the terminal's own: no tint can be made of those, and nobody knows what can be read on which.
    """

    color: str = ""
    background: str = ""
    attributes: str = ""
    without_colours: str = ""


class PartStyles:
    """The styles of a widget's parts, worked out when they are first asked for in a theme."""

    def __init__(self, widget: Widget, looks: Mapping[str, PartStyle]) -> None:
        self._widget, self._looks = widget, looks
        self._styles: dict[tuple[str, Style], Style] = {}
        self._variables: Mapping[str, str] = {}

    def __call__(self, name: str, base: Style) -> Style:
        """A part's style; `base` is the widget's own, on which it is drawn."""
        app = self._widget.app
        if app.theme_variables is not self._variables:
            self._styles.clear()
            self._variables = app.theme_variables
        style = self._styles.get((name, base))
        if style is None:
            behind = self._widget.background_colors[1]
            part = partial_style(self._looks[name], self._variables, behind, colours=mixes_colours(app))
            style = self._styles[name, base] = base + part
        return style


def mixes_colours(app: App[Any]) -> bool:
    """Are there colours of which tints can be made, neither none at all nor the terminal's own?"""
    return not (app.no_color or app.native_ansi_color)


def partial_style(look: PartStyle, variables: Mapping[str, str], behind: Color, *, colours: bool = True) -> Style:
    """What a look adds to a style; `variables` are the theme's, `behind` is what tints are laid over.

    `colours`: are they colours that can be mixed?
    """
    if look.without_colours and not colours:
        return Style.parse(look.without_colours)
    background = behind + color_of(look.background, variables) if look.background else None
    color = (background or behind) + color_of(look.color, variables) if look.color else None
    style = Style.from_color(
        None if color is None else color.rich_color, None if background is None else background.rich_color
    )
    return style + Style.parse(_resolved(look.attributes, variables)) if look.attributes else style


def color_of(text: str, variables: Mapping[str, str]) -> Color:
    """A colour as a style sheet has it: a name or a variable, and how much of it; "auto" is to be read on any."""
    value, *parts = _resolved(text, variables).split(" ")
    color = Color.automatic() if value == "auto" else Color.parse(value)
    for percent in parts:
        color = color.multiply_alpha(float(percent.removesuffix("%")) / 100)
    return color


def _resolved(text: str, variables: Mapping[str, str]) -> str:
    name, space, rest = text.partition(" ")
    return f"{variables[name[1:]]}{space}{rest}" if name.startswith("$") else text
