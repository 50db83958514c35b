"""Colours for terminals that have 256 of them: the nearest for the eye, and a text is never harder to read for it.

Stock, dark blues turn teal and light greys yellow, and the text on them is chosen without a look at its ground.
"""

from collections.abc import Sequence
from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from chat_tui.toolkit.contrast import READABLE, contrast, linear

Lab = tuple[float, float, float]

_STEPS = (0, 95, 135, 175, 215, 255)
"""The six shades of each part in the colour cube."""
_CUBE = [Color(red, green, blue) for red in _STEPS for green in _STEPS for blue in _STEPS]
_GREYS = [Color(shade, shade, shade) for shade in range(8, 248, 10)]
FIRST = 16
"""The colours below this number are the user's own."""
COLOURS: Sequence[Color] = (*_CUBE, *_GREYS)
"""Those from `FIRST` on, which are the same everywhere."""


class EightBitColours(LineFilter):
    """Turns colours of 24 bits into colours of the table."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The same with the colours that the terminal has."""
        return [
            Segment(text, None if style is None else eight_bit_style(style), control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def eight_bit_style(style: Style) -> Style:
    """A style in colours of the table: a text that can be read still can, and no other loses of its contrast."""
    text, ground = _colour(style.color), _colour(style.bgcolor)
    below = None if ground is None else _nearest(ground)
    above = None if text is None else _nearest(text)
    if text is not None and ground is not None and below is not None:
        wanted = min(READABLE, contrast(text, ground))
        above = _nearest_with(text, COLOURS[below], wanted)
    return style + Style.from_color(_numbered(above), _numbered(below))


def _colour(colour: RichColor | None) -> Color | None:
    """A colour of 24 bits; None for one of the user's own, which stays as it is."""
    if colour is None or colour.type is not ColorType.TRUECOLOR or colour.triplet is None:
        return None
    return Color(*colour.triplet)


def _numbered(index: int | None) -> RichColor | None:
    return None if index is None else RichColor(f"color({FIRST + index})", ColorType.EIGHT_BIT, number=FIRST + index)


@lru_cache(1024)
def _nearest(colour: Color) -> int:
    return _by_distance(colour)[0]


def _nearest_with(colour: Color, ground: Color, wanted: float) -> int:
    """The nearest one with that much contrast to its ground; with the most, should none have it."""
    order = _by_distance(colour)
    good = next((index for index in order if contrast(COLOURS[index], ground) >= wanted), None)
    return max(order, key=lambda index: contrast(COLOURS[index], ground)) if good is None else good


@lru_cache(256)
def _by_distance(colour: Color) -> Sequence[int]:
    """All of the table, the nearest first, as far apart as the eye finds them (CIELAB)."""
    place = _lab(colour)
    return sorted(range(len(COLOURS)), key=lambda index: _apart(place, _table()[index]))


@lru_cache(1)
def _table() -> Sequence[Lab]:
    return [_lab(colour) for colour in COLOURS]


def _apart(one: Lab, two: Lab) -> float:
    return sum((first - second) ** 2 for first, second in zip(one, two, strict=True))


def _lab(colour: Color) -> Lab:
    """CIELAB by the white of daylight (D65)."""
    red, green, blue = map(linear, colour.normalized)
    x = _root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047)
    y = _root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = _root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(part: float) -> float:
    return part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116
