"""Part styles: work out the styles of a widget's parts from the colours of the theme.

Textual's own way are component classes. Each of them makes a node, which is styled as often as its widget is: with the
seventy that this program would have, that is a quarter of its start, and most of a change of theme.
"""

from collections.abc import Mapping
from typing import NamedTuple

from rich.style import Style
from textual.color import Color
from textual.widget import Widget


class PartStyle(NamedTuple):
    """Colours as a style sheet has them: "$foreground 60%", "" for those of the widget.

    `attributes` are Rich's words, or a variable; `without_colours` are those in place of them where there are no
    colours at all.
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
            part = partial_style(self._looks[name], self._variables, behind, colours=not app.no_color)
            style = self._styles[name, base] = base + part
        return style


def partial_style(look: PartStyle, variables: Mapping[str, str], behind: Color, *, colours: bool = True) -> Style:
    """What a look adds to a style; `variables` are the theme's, `behind` is what tints are laid over."""
    background = behind + color_of(look.background, variables) if look.background else None
    color = (background or behind) + color_of(look.color, variables) if look.color else None
    words = look.attributes if colours else look.without_colours or look.attributes
    style = Style.from_color(
        None if color is None else color.rich_color, None if background is None else background.rich_color
    )
    return style + Style.parse(_resolved(words, variables)) if words else style


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
