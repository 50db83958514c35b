"""The styles in which messages are drawn: from the theme, summed up once per theme rather than once per row."""

import zlib
from dataclasses import dataclass

from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import ANSIToTruecolor, LineFilter
from textual.widget import Widget

DARK_AUTHORS = ("#8ab4f8", "#81c995", "#f4a09a", "#fdd663", "#cf9ff9", "#78d9ec", "#fcad70", "#ff9fd0")
LIGHT_AUTHORS = ("#174ea6", "#0b5a28", "#9c1f17", "#634800", "#6420a0", "#00545a", "#803b00", "#8f0f50")
ANSI_AUTHORS = ("blue", "green", "magenta", "cyan", "red")

_NAMES = (
    "text",
    "own",
    "time",
    "preview",
    "private",
    "pending",
    "failed",
    "countdown",
    "rule",
    "link",
    "more",
    "action",
    "action-focused",
    "action-armed",
)
COMPONENT_CLASSES = {f"message-list--{name}" for name in (*_NAMES, "picked", "marked")}
CSS = """
MessagePane {
    height: 1fr;
    overflow-x: hidden;
    overflow-y: scroll;
    scrollbar-size-vertical: 1;
    & > .message-list--text { color: $foreground; }
    & > .message-list--own { color: $text-primary; text-style: bold; }
    & > .message-list--time { color: $foreground 60%; }
    & > .message-list--preview { color: $foreground 60%; }
    & > .message-list--private { color: $text-warning; text-style: bold; }
    & > .message-list--pending { color: $foreground 60%; text-style: italic; }
    & > .message-list--failed { color: $text-error; text-style: bold; }
    & > .message-list--countdown { color: $text-warning; }
    & > .message-list--rule { color: $text-primary; }
    & > .message-list--link { color: $text-accent; text-style: underline; }
    & > .message-list--more { color: $text-accent; }
    & > .message-list--action { color: $foreground; background: $panel; }
    & > .message-list--action-focused {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
        text-style: bold;
    }
    &:nocolor > .message-list--action-focused { text-style: bold reverse; }
    & > .message-list--action-armed { color: $text-error; background: $error-muted; text-style: bold; }
    & > .message-list--picked { background: $primary 20%; }
    & > .message-list--marked { background: $warning 20%; }
}
"""


@dataclass(frozen=True, slots=True)
class Palette:
    """Every style, complete with its background; `filters` is what the app wants done to each row (NO_COLOR)."""

    base: Style
    named: dict[str, Style]
    authors: tuple[Style, ...]
    picked: Style
    marked: Style
    selected: Style
    filters: tuple[LineFilter, ...]
    background: Color

    def author(self, author_id: str) -> Style:
        """The colour of an author: the same one on every run and every machine."""
        return self.authors[zlib.crc32(author_id.encode("utf-8", "replace")) % len(self.authors)]

    def filtered(self, segments: list[Segment]) -> list[Segment]:
        """What the app's filters make of a row."""
        for line_filter in self.filters:
            segments = line_filter.apply(segments, self.background)
        return segments


def palette_of(widget: Widget) -> Palette:
    """The palette of a widget that has the component classes, under the present theme."""
    app = widget.app
    base = widget.rich_style
    rgb = base.bgcolor is not None and base.bgcolor.type is ColorType.TRUECOLOR
    rgb_authors = DARK_AUTHORS if app.current_theme.dark else LIGHT_AUTHORS
    component = widget.get_component_rich_style
    return Palette(
        base=base,
        named={name: component(f"message-list--{name}") for name in _NAMES},
        authors=tuple(
            base + Style(color=colour, bold=True) for colour in (ANSI_AUTHORS if app.native_ansi_color else rgb_authors)
        ),
        # No tint of the terminal's own colours is sure to leave the text readable; the strip says what is picked.
        picked=Style() if app.native_ansi_color else _background(component("message-list--picked")),
        marked=Style(reverse=True) if app.native_ansi_color else _background(component("message-list--marked")),
        # Its background alone: the stock style leaves the text in the colour of its own background.
        selected=Style(reverse=True)
        if app.native_ansi_color
        else _background(widget.screen.get_component_rich_style("screen--selection")),
        # Where all colours are RGB already, turning ANSI colours into RGB is 20 us a row for nothing.
        filters=tuple(f for f in widget.get_line_filters() if not (rgb and isinstance(f, ANSIToTruecolor))),
        background=widget.background_colors[1],
    )


def _background(style: Style) -> Style:
    return Style(bgcolor=style.bgcolor)
