"""Message styles: sum up the theme once per theme rather than once per row."""

import zlib
from collections.abc import Mapping, Sequence

import msgspec
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import ANSIToTruecolor, LineFilter
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from chat_tui.toolkit.contrast import READABLE, contrast
from chat_tui.toolkit.part_styles import PartStyle, mixes_colours, partial_style

DARK_AUTHORS = ("#8ab4f8", "#81c995", "#f4a09a", "#fdd663", "#cf9ff9", "#78d9ec", "#fcad70", "#ff9fd0")
LIGHT_AUTHORS = ("#174ea6", "#0b5a28", "#9c1f17", "#634800", "#6420a0", "#00545a", "#803b00", "#8f0f50")
DARK_TERMINAL_AUTHORS = ("cyan", "green", "bright_yellow", "bright_cyan", "bright_green", "bright_red")
LIGHT_TERMINAL_AUTHORS = ("blue", "magenta", "red")
UNCOLOURED = ("default",)

LOOKS: Mapping[str, PartStyle] = {
    "text": PartStyle("$foreground"),
    "own": PartStyle("$text-primary", attributes="bold"),
    "time": PartStyle("$foreground-muted"),
    "preview": PartStyle("$foreground-muted"),
    "private": PartStyle("$text-warning", attributes="bold"),
    "mention": PartStyle("$text-accent", attributes="bold"),
    "pending": PartStyle("$foreground-muted", attributes="italic"),
    "countdown": PartStyle("$text-warning"),
    "rule": PartStyle("$text-primary"),
    "day": PartStyle("$foreground-muted"),
    "link": PartStyle("$text-accent", attributes="underline"),
    "mark": PartStyle("$foreground-muted"),
    "code": PartStyle("$text-accent", "$surface"),
    "emphasis": PartStyle("$foreground", attributes="italic"),
    "strong": PartStyle("$foreground", attributes="bold"),
    "code-block": PartStyle("$foreground", "$surface"),
    "code-fence": PartStyle("$foreground-muted", "$surface"),
    "code-keyword": PartStyle("$text-accent", "$surface", "bold"),
    "code-string": PartStyle("$text-success", "$surface"),
    "code-number": PartStyle("$text-warning", "$surface"),
    "code-comment": PartStyle("$foreground-muted", "$surface", "italic"),
    "code-name": PartStyle("$text-primary", "$surface"),
    "code-removed": PartStyle("$text-error", "$surface"),
    "more": PartStyle("$text-accent"),
    "found": PartStyle("$text-warning", "$warning-muted", "bold underline", "bold reverse"),
    "found-here": PartStyle("$warning", "$background", "bold reverse", "bold underline not reverse"),
    "action": PartStyle("$foreground", "$panel"),
    "action-focused": PartStyle("$block-cursor-foreground", "$block-cursor-background", "bold", "bold reverse"),
    "action-armed": PartStyle("$text-error", "$error-muted", "bold", "bold reverse"),
}
"""What stands in a list of messages, by the names that `Palette.named` has."""

PICKED = PartStyle(background="$primary 15%")
MARKED = PartStyle(background="$warning 15%")

_WHITE, _BLACK = Color(255, 255, 255), Color(0, 0, 0)
_STEPS = 20


def author_colours(background: Color, *others: Color) -> tuple[str, ...]:
    """The colours of authors on a background, made lighter or darker until they can be read on it, and on the others.

    Readable is what has a contrast of 4.5 to 1 or more (WCAG AA). `others` are backgrounds of the same kind: where
    they can't be served as well, the first one is.
    """
    light = contrast(_WHITE, background) > contrast(_BLACK, background)
    end = _WHITE if light else _BLACK
    grounds = (background, *others)
    return tuple(
        _readable(Color.parse(colour), end, grounds).hex for colour in (DARK_AUTHORS if light else LIGHT_AUTHORS)
    )


def terminal_authors(theme: Theme) -> Sequence[str]:
    """Those of the sixteen colours of a terminal that can be read on its background, as far as that is known."""
    if theme.primary == "ansi_default":
        return UNCOLOURED
    return DARK_TERMINAL_AUTHORS if theme.dark else LIGHT_TERMINAL_AUTHORS


def _readable(colour: Color, end: Color, grounds: Sequence[Color]) -> Color:
    shades = (colour.blend(end, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in shades if min(contrast(shade, ground) for ground in grounds) >= READABLE), end)


class Palette(msgspec.Struct, frozen=True):
    """Every style, complete with its background; `filters` is what the app wants done to each row (NO_COLOR)."""

    base: Style
    named: dict[str, Style]
    authors: tuple[Style, ...]
    picked: Style
    marked: Style
    selected: Style
    filters: tuple[LineFilter, ...]
    background: Color
    blanks: dict[int, Strip] = msgspec.field(default_factory=dict)

    def blank(self, width: int) -> Strip:
        """An empty row."""
        strip = self.blanks.get(width)
        if strip is None:
            strip = self.blanks[width] = Strip(self.filtered([Segment(" " * width, self.base)]), width)
        return strip

    def author(self, author_id: str) -> Style:
        """The colour of an author: the same one on every run and every machine."""
        return self.authors[zlib.crc32(author_id.encode("utf-8", "replace")) % len(self.authors)]

    def filtered(self, segments: list[Segment]) -> list[Segment]:
        """What the app's filters make of a row."""
        for line_filter in self.filters:
            segments = line_filter.apply(segments, self.background)
        return segments


def palette_of(widget: Widget) -> Palette:
    """The palette for what is drawn in a widget, under the present theme of its app."""
    app = widget.app
    base = widget.rich_style
    rgb = base.bgcolor is not None and base.bgcolor.type is ColorType.TRUECOLOR
    variables, colours = app.theme_variables, mixes_colours(app)
    background = widget.background_colors[1]
    # No tint of the terminal's own colours is sure to leave the text readable; the strip says what is picked.
    picked = Style() if app.native_ansi_color else partial_style(PICKED, variables, background)
    marked = Style(reverse=True) if app.native_ansi_color else partial_style(MARKED, variables, background)
    others = [Color.from_rich_color(style.bgcolor) for style in (picked, marked) if style.bgcolor is not None]
    authors = terminal_authors(app.current_theme) if app.native_ansi_color else author_colours(background, *others)
    return Palette(
        base=base,
        named={
            name: base + partial_style(look, variables, background, colours=colours) for name, look in LOOKS.items()
        },
        authors=tuple(base + Style(color=colour, bold=True) for colour in authors),
        picked=picked,
        marked=marked,
        # Its background alone: the stock style leaves the text in the colour of its own background.
        selected=Style(reverse=True)
        if app.native_ansi_color
        else _background(widget.screen.get_component_rich_style("screen--selection")),
        # Where all colours are RGB already, turning ANSI colours into RGB is 20 us a row for nothing.
        filters=tuple(f for f in widget.get_line_filters() if not (rgb and isinstance(f, ANSIToTruecolor))),
        background=background,
    )


def _background(style: Style) -> Style:
    return Style(bgcolor=style.bgcolor)
