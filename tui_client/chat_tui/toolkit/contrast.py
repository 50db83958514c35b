"""Contrast of two colours, as WCAG 2 reckons it."""

from textual.color import Color

READABLE = 4.5
"""The least contrast of a text and its ground (WCAG AA)."""


def contrast(one: Color, two: Color) -> float:
    """The contrast of two colours: 1 for none, 21 for black on white."""
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: Color) -> float:
    """How bright a colour is: 0 for black, 1 for white."""
    red, green, blue = map(linear, colour.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    """The light of a part of a colour (sRGB, 0 to 1)."""
    return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
