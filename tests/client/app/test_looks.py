"""Everything that is read can be read: every look, in every theme, however many colours the terminal has."""

import pytest
from rich.color import ColorType
from rich.style import Style
from textual.color import Color

from chat_tui.app.themes import OF_TERMINALS, THEMES
from chat_tui.toolkit.contrast import READABLE, contrast
from chat_tui.toolkit.eight_bit import COLOURS, FIRST, eight_bit_style
from chat_tui.toolkit.part_styles import color_of, partial_style
from chat_tui.widgets.messages.styles import MARKED, PICKED, author_colours, terminal_authors
from client.looks import IN_TERMINALS, LIST, LOOKS, Look

LINE = 3.0
"""The least contrast of what only separates."""
RGB = [theme for theme in THEMES if not theme.ansi]


def on_screen(text, ground, variables):
    """A text on its ground as a style; grounds are laid over the background one after the other."""
    below = Color.parse(variables["background"])
    for layer in ground.split("+"):
        below += color_of(layer, variables)
    return Style.from_color((below + color_of(text, variables)).rich_color, below.rich_color)


def styles(theme):
    """Each look with its style, those of the authors among them."""
    variables = theme.to_color_system().generate()
    for look in (*LOOKS, *(IN_TERMINALS if theme.ansi else ())):
        bare = theme.ansi and look.part is not None and look.part.without_colours
        tinted = theme.ansi and look.ground in LIST
        ground = "$background" if bare or tinted else look.ground
        yield look, on_screen("$foreground" if bare else look.text, ground, variables)
    for author in authors(theme, variables):
        for ground in LIST:
            yield Look(author, ground), on_screen(author, "$background" if theme.ansi else ground, variables)


def authors(theme, variables):
    """The colours of authors."""
    if theme.ansi:
        return [f"ansi_{name}" for name in terminal_authors(theme)]
    background = Color.parse(variables["background"])
    return author_colours(background, *(background + color_of(part.background, variables) for part in (PICKED, MARKED)))


def colour(rich_color):
    """Its RGB, of the table of 256 where it is a number."""
    if rich_color.type is ColorType.EIGHT_BIT:
        return COLOURS[rich_color.number - FIRST]
    return Color(*rich_color.triplet)


def too_low(found):
    """Looks whose contrast is below what is wanted, with it."""
    low = {}
    for look, style in found:
        text, ground = colour(style.color), colour(style.bgcolor)
        if style.reverse:
            text, ground = ground, text
        if (has := contrast(text, ground)) < (LINE if look.line else READABLE):
            low[look.text, look.ground] = round(has, 2)
    return low


@pytest.mark.parametrize("theme", RGB, ids=lambda theme: theme.name)
def test_every_look_can_be_read(theme):
    """In all colours that there are."""
    assert too_low(styles(theme)) == {}


@pytest.mark.parametrize("theme", RGB, ids=lambda theme: theme.name)
def test_every_look_can_be_read_in_256_colours(theme):
    """Of the table that all terminals share."""
    assert too_low((look, eight_bit_style(style)) for look, style in styles(theme)) == {}


PALETTES = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff "
    "ffffff",
    "VGA": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff "
    "ffffff",
    "Campbell": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e "
    "61d6d6 f2f2f2",
    "GNOME": "171421 c01c28 26a269 a2734c 12488b a347ba 2aa1b3 d0cfcc 5e5c64 f66151 33da7a e9ad0c 2a7bde c061cb 33c7de "
    "ffffff",
}
"""The sixteen colours of usual terminals. Where somebody has set others (Solarized has greys in the place of the bright
ones), nobody can promise anything."""
GROUNDS = {
    "dark": [("xterm", "000000", "e5e5e5"), ("VGA", "000000", "aaaaaa"), ("Campbell", "0c0c0c", "cccccc"),
             ("GNOME", "1e1e1e", "ffffff")],
    "light": [("xterm", "ffffff", "000000"), ("VGA", "ffffff", "000000"), ("Campbell", "ffffff", "0c0c0c"),
              ("GNOME", "ffffff", "000000")],
}  # fmt: skip
"""Palette, background and text."""


def of_terminal(style, palette, background, text):
    """The same with the RGB that its colours have there."""
    table = [Color.parse(f"#{part}") for part in PALETTES[palette].split()]

    def rgb(rich_color, default):
        return default if rich_color.is_default else table[rich_color.number]

    default = Color.parse(f"#{text}"), Color.parse(f"#{background}")
    pair = rgb(style.color, default[0]), rgb(style.bgcolor, default[1])
    return Style.from_color(*(one.rich_color for one in pair))


@pytest.mark.parametrize("ground", ["dark", "light", ""], ids=["dark", "light", "unknown"])
def test_every_look_can_be_read_in_a_terminals_own_colours(ground):
    """On that background, in the usual palettes; on any, where nobody knows which it is."""
    for terminal in GROUNDS.get(ground, [*GROUNDS["dark"], *GROUNDS["light"]]):
        found = ((look, of_terminal(style, *terminal)) for look, style in styles(OF_TERMINALS[ground]))
        assert too_low(found) == {}, terminal


@pytest.mark.parametrize("ground", ["dark", "light", ""], ids=["dark", "light", "unknown"])
def test_no_text_of_a_terminals_own_colours_has_the_colour_of_its_ground(ground):
    """No part is on a tint, unless it says what it is without colours."""
    variables = OF_TERMINALS[ground].to_color_system().generate()
    tinted = [look.part for look in LOOKS if look.part is not None and "muted" in look.part.background]
    assert tinted
    for part in tinted:
        style = partial_style(part, variables, Color.parse("ansi_default"), colours=False)
        assert style.reverse is not None
        assert style.color is style.bgcolor is None


def listed(name):
    """The colours of all looks of a theme, as pairs: those of texts, and those of lines."""
    [theme] = [theme for theme in THEMES if theme.name == name]
    texts, lines = set(), set()
    for look, style in styles(theme):
        (lines if look.line else texts).add((style.color.name, style.bgcolor.name))
    return texts, lines
