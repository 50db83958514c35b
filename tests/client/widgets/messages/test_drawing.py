"""Drawing one message, and the small parts of it."""

from functools import partial

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from chat_tui.app.themes import THEMES
from chat_tui.state.find import spans_of
from chat_tui.widgets.messages.action_strip import ActionStrip
from chat_tui.widgets.messages.drawing import draw
from chat_tui.widgets.messages.frame import Frame, Part, Spacing
from chat_tui.widgets.messages.row import Action, Row
from chat_tui.widgets.messages.styles import DARK_AUTHORS, LIGHT_AUTHORS, LOOKS, Palette, author_colours, contrast

PLAIN = Palette(
    base=Style(),
    named=dict.fromkeys(LOOKS, Style()),
    authors=(Style(), Style(bold=True)),
    picked=Style(),
    marked=Style(),
    selected=Style(reverse=True),
    filters=(),
    background=Color(0, 0, 0),
)
ATOMS = [
    "*",
    "**",
    "`",
    ":tada:",
    "\n",
    "```",
    "py",
    "_",
    "a",
    " ",
    "界",
    "e\u0301",
    "❤\ufe0f",
    "\ufe0f",
    "👩\u200d👧",
    "\u200d",
    "[/b]",
    "https://e.org",
    "🇩🇪",
]
hostile = st.lists(st.sampled_from(ATOMS), max_size=40).map("".join)


SPACINGS = [Spacing(narrow=narrow, dense=dense) for narrow in (True, False) for dense in (True, False)]


@given(hostile, hostile, hostile, st.integers(1, 60), st.sampled_from(SPACINGS), st.none() | st.floats(0, 1e6))
@example("", "👩\u200d👧\u200d❤️", "", 2, Spacing(narrow=True), None)
@example("", "*a*\ufe0f `b`\ufe0f", "", 20, Spacing(narrow=True), None)
def test_every_row_is_exactly_as_wide_as_the_list(author, text, note, width, spacing, expires_at):
    """Whatever the words, no row is short and none overflows."""
    row = Row(2, author, "id", text, "10:02", note=note, reply_to=1, rule=note, expires_at=expires_at)
    strip = ActionStrip([Action("x", author or "x", "x"), Action("y", note or "y", "y")])
    drawn = draw(row, row, msgspec.structs.replace(spacing.on(width), strip=strip, selected=(1, 5)), PLAIN, 0.0)
    for line in drawn.strips:
        assert line.cell_length == width == sum(cell_len(segment.text) for segment in line) == cell_len(line.text)
    assert len(drawn.parts) == len(drawn.strips)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("```python\nprint(1)\n```", "print(1)"),
        ("\n```\n\n  a = 1\nb\n```\nsee?", "  a = 1…"),
        ("so:\n```sh\nls\n```", "so:…"),
        ("```\nopen", "```…"),
        (":tada: `x`", "🎉 `x`"),
    ],
)
def test_the_preview_of_a_fenced_block_is_its_code(text, shown):
    """Not the fence, nor the language; what is no block stays as it is written."""
    parent, row = Row(1, "bob", "b", text, ""), Row(2, "ana", "a", "yes", "", reply_to=1)
    drawn = draw(row, parent, Frame(40, compact=True, gap=False), PLAIN, 0.0)
    assert drawn.strips[0].text.rstrip() == f"▊╭ bob: {shown}"


def test_a_narrow_header_cuts_the_name_before_the_words_on_privacy():
    """A long name leaves room for time, countdown and note; what does not fit then ends in an ellipsis."""
    row = Row(1, "a very long name that somebody took", "id", "", "10:02", note="private → you", expires_at=42.0)
    assert _header(row, 50) == "▊a very long name …  10:02  ⏳ 0:42  private → you"
    assert _header(row, 30) == "▊a very …  10:02  ⏳ 0:42  pr…"
    assert _header(row, 12) == "▊a very …  …"


def _header(row, width):
    drawn = draw(row, None, Frame(width, compact=True), PLAIN, 0.0)
    return drawn.strips[drawn.parts.index(Part.HEADER)].text.rstrip()


def test_a_preview_is_the_first_line_with_words():
    """Of several lines the first one is shown, and that there are more."""
    parent, row = Row(1, "bob", "b", "\n \nfirst\nsecond", ""), Row(2, "ana", "a", "yes", "", reply_to=1)
    drawn = draw(row, parent, Frame(40, compact=True, gap=False), PLAIN, 0.0)
    assert drawn.strips[0].text.rstrip() == "▊╭ bob: first…"


def test_a_link_is_one_for_the_terminal_also_where_it_is_wrapped():
    """All its rows have the same address and the same number; another link has another number."""
    text = "https://e.org/" + "x" * 40 + " https://e.org/y"
    drawn = draw(Row(1, "ana", "a", text, ""), None, Frame(30), PLAIN, 0.0)
    links = [segment.style for strip in drawn.strips for segment in strip if segment.style.link]
    assert [style.link for style in links] == ["https://e.org/" + "x" * 40] * 3 + ["https://e.org/y"]
    assert len({style.link_id for style in links}) == 2


def test_a_row_of_fenced_code_is_as_wide_as_the_list():
    """Its background goes to the edge, in empty rows as well; what comes after it is as usual."""
    code = Palette(
        PLAIN.base,
        PLAIN.named | {"code-block": Style(bgcolor="red")},
        PLAIN.authors,
        *[PLAIN.base] * 3,
        (),
        PLAIN.background,
    )
    drawn = draw(Row(1, "ana", "a", "```\na\n\n```\nb", ""), None, Frame(30), code, 0.0)
    filled = [list(strip)[-1].style.bgcolor is not None for strip in drawn.strips if strip.text.startswith(" ▊")]
    assert filled == [False, True, True, True, True, False]


def test_an_author_has_the_same_colour_on_every_run():
    """The colour comes from the id by a hash that does not change with the process."""
    authors = tuple(Style(color=f"color({number})") for number in range(8))
    palette = Palette(PLAIN.base, PLAIN.named, authors, *[PLAIN.base] * 3, (), PLAIN.background)
    assert [palette.author(name).color.number for name in ("a", "ana", "bob", "zoë")] == [3, 2, 0, 4]


@pytest.mark.parametrize("theme", [*THEMES, *BUILTIN_THEMES.values()], ids=lambda theme: theme.name)
def test_author_colours_are_readable(theme):
    """In every theme they have a contrast of 4.5 to 1 or more on the list, and stay as many as they are."""
    colours = theme.to_color_system().generate()
    if colours["background"].startswith("ansi"):
        return
    background = Color.parse(colours["background"])
    grounds = [background, *(background.blend(Color.parse(colours[name]), 0.2) for name in ("primary", "warning"))]
    authors = [Color.parse(colour) for colour in author_colours(*grounds)]
    assert all(contrast(colour, ground) >= 4.5 for colour in authors for ground in grounds)
    assert len(set(authors)) == len(DARK_AUTHORS) == len(LIGHT_AUTHORS)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_author_colours_are_readable_on_whatever_there_is(rgb):
    """Every background has readable colours."""
    assert all(contrast(Color.parse(colour), Color(*rgb)) >= 4.5 for colour in author_colours(Color(*rgb)))


def test_a_strip_wraps_and_finds_its_items():
    """Every cell of an item gives that item, the cells between them none."""
    strip = ActionStrip([Action("a", "Reply", "r"), Action("b", "Message 界界", "m"), Action("c", "界" * 40, "x")])
    assert [[item.text for item in items] for items in strip.rows(24)] == [
        [" Reply ", " Message 界界 "],
        [f" {'界' * 10}… "],
    ]
    assert [strip.item_at(24, 0, cell) for cell in (0, 6, 7, 8, 21, 22)] == [0, 0, None, 1, 1, None]
    assert strip.item_at(24, 1, 3) == 2
    assert strip.item_at(24, 2, 0) is None


def test_a_strip_without_actions_has_no_rows():
    """Nothing to do, nothing shown, and nothing happens."""
    strip = ActionStrip([])
    strip.move(1)
    assert strip.rows(20) == []
    assert strip.activate(0) is None


FOUND = msgspec.structs.replace(
    PLAIN, named={**PLAIN.named, "found": Style(underline=True), "found-here": Style(reverse=True)}
)


def _styled(row, **frame):
    """The pieces of a text that are drawn in a style, with it."""
    drawn = draw(row, None, Frame(40, compact=True, gap=False, **frame), FOUND, 0.0)
    strips = [strip for strip, part in zip(drawn.strips, drawn.parts, strict=True) if part is Part.TEXT]
    return [(piece.text, str(piece.style)) for strip in strips for piece in list(strip)[1:] if piece.style]


def test_what_is_found_stands_out_where_it_is():
    """In one style everywhere, in a stronger one where the search is; line breaks and shortcodes are no hindrance."""
    row = Row(1, "ana", "a", ":rocket: the word, a word\nwords", "")
    find = partial(spans_of, "Word")
    assert _styled(row, find=find) == [("word", "underline")] * 3
    assert _styled(row, find=find, found=True) == [("word", "reverse")] * 3
    link = Row(2, "ana", "a", "https://e.org/word", "")
    assert [text for text, style in _styled(link, find=find) if "underline" in style] == ["word"]
    assert _styled(row) == _styled(row, find=partial(spans_of, "absent")) == []


def test_half_a_cluster_is_never_cut_off():
    """What is found within one is shown as all of it."""
    row = Row(1, "ana", "a", "cafe\u0301 👩\u200d👧", "")
    assert _styled(row, find=partial(spans_of, "cafe")) == [("cafe\u0301", "underline")]
    assert _styled(row, find=partial(spans_of, "👧")) == [("👩\u200d👧", "underline")]


@given(hostile, st.sampled_from(ATOMS), st.integers(2, 40))
def test_rows_with_finds_are_exactly_as_wide_as_the_list(text, phrase, width):
    """Wherever they are cut."""
    drawn = draw(Row(1, "ana", "a", text, ""), None, Frame(width, find=partial(spans_of, phrase)), FOUND, 0.0)
    for line in drawn.strips:
        assert line.cell_length == width == sum(cell_len(segment.text) for segment in line) == cell_len(line.text)


def test_a_folded_message_is_one_row_of_other_words():
    """Until it is asked for; a reply quotes those words too."""
    row = Row(1, "bob", "b", "spam\nspam", "10:02", folded="muted: bob")
    drawn = draw(row, None, Frame(40), PLAIN, 0.0)
    assert [strip.text.rstrip() for strip in drawn.strips] == [" ▊ muted: bob"]
    assert (drawn.parts, drawn.hidden) == ([Part.MORE], 1)
    opened = draw(row, None, Frame(40, compact=True, gap=False, expanded=True), PLAIN, 0.0)
    assert [strip.text.rstrip() for strip in opened.strips] == ["▊bob  10:02", "▊spam", "▊spam"]
    answer = draw(Row(2, "ana", "a", "no", "", reply_to=1), row, Frame(40, compact=True, gap=False), PLAIN, 0.0)
    assert answer.strips[0].text.rstrip() == "▊╭ muted: bob"
