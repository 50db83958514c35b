"""Word wrap: rows fit, clusters stay whole, nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from chat_protocol.text import clean
from chat_tui.widgets.markup.wrapping import clusters, fit_cells, offset_at, one_line, settle, whole_clusters, wrap

SINHALA = "ශ්\u200dරී"  # a joiner that changes the letters
ATOMS = ["a", "word", " ", "  ", "\n", "界", "é", "e\u0301", "x\u0300\u0301\u0302", "❤\ufe0f", "1\ufe0f\u20e3"]
ATOMS += [
    "👩\u200d👧",
    "🇩🇪",
    "🇩",
    "👍🏽",
    "हि",
    "தமிழ்",
    "\u1112\u1161\u11ab",
    "\u3164",
    "\u200d",
    "\ufe0f",
    "\u0301",
    "\u200c",
    "https://example.org/a/very/long",
]
hostile_text = (
    st.lists(st.one_of(st.sampled_from(ATOMS), st.characters(codec="utf-8"))).map("".join).map(clean).map(settle)
)


@given(hostile_text, st.integers(2, 40))
def test_no_row_is_wider_than_the_width(text, width):
    """Every row fits, where terminals draw it as wide as any does."""
    assert all(cell_len(text[start:end]) <= width for start, end in wrap(text, width))


@given(hostile_text, st.integers(2, 40))
def test_nothing_is_lost_but_breaks(text, width):
    """What lies between two rows is nothing, one space, or one line break."""
    at = 0
    for number, (start, end) in enumerate(wrap(text, width)):
        assert text[at:start] in ({""} if number == 0 else {"", " ", "\n"})
        assert start <= end
        at = end
    assert at == len(text)


@given(hostile_text, st.integers(2, 40))
def test_no_cluster_is_split(text, width):
    """Rows begin and end between clusters; one that is wider than a row is cut between what it is joined of."""
    for line_start, line in _line_starts(text):
        inside = {line_start + at for first, last, _ in clusters(line, width) for at in range(first + 1, last)}
        assert not inside & {at for span in wrap(text, width) for at in span}


def _line_starts(text):
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


@given(hostile_text, st.integers(0, 30))
def test_fit_cuts_to_the_width_and_says_so(text, width):
    """A text that fits is kept whole; one that does not ends in an ellipsis."""
    line = text.replace("\n", " ")
    shown = fit_cells(line, width)
    assert cell_len(shown) <= width
    assert shown == line if cell_len(line) <= width else shown == "" or shown.endswith("…")


@given(hostile_text, st.integers(0, 40), st.integers(0, 40))
def test_whole_clusters_only_grows(text, start, size):
    """Offsets within a cluster move outwards, others stay."""
    low, high = whole_clusters(text, start, start + size)
    assert low <= start
    assert high >= start + size
    cuts = {at for first, last, _ in clusters(text) for at in (first, last)}
    assert start > len(text) or low in cuts | {start}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("हिन्दी", ["हि", "न्", "दी"]),
        ("தமிழ்", ["த", "மி", "ழ்"]),
        ("👍🏽👩\u200d👧🏽x", ["👍🏽", "👩\u200d👧🏽", "x"]),
        ("🇩🇪🇫🇷🇩", ["🇩🇪", "🇫🇷", "🇩"]),
        ("\u1112\u1161\u11abx", ["\u1112\u1161\u11ab", "x"]),
        (SINHALA, ["ශ්\u200dරී"]),
    ],
)
def test_what_is_drawn_as_one_is_a_cluster(text, parts):
    """A letter with its signs, an emoji with its tone, a flag; also where they take several cells."""
    assert [text[start:end] for start, end, _ in clusters(text)] == parts


def test_words_are_kept_whole_where_they_fit():
    """A break is at a space if there is one."""
    assert _rows("the quick brown fox", 10) == ["the quick", "brown fox"]
    assert _rows("das 世界 ist groß", 8) == ["das 世界", "ist groß"]


def test_a_long_word_is_broken_hard():
    """An address that fits on no row fills rows."""
    assert _rows("see https://example.org/x", 10) == ["see", "https://ex", "ample.org/", "x"]
    assert _rows("界" * 5, 4) == ["界界", "界界", "界"]


def test_empty_lines_are_rows():
    """An empty text is one row, and each line break begins another one."""
    assert _rows("", 10) == [""]
    assert _rows("a\n\nb\n", 10) == ["a", "", "b", ""]


def test_joiners_stay_between_emoji_only():
    """A joiner between letters would hide the next letter from the measure; it becomes a non-joiner."""
    assert settle("👩\u200d👧 a\u200db\u200d") == "👩\u200d👧 a\u200cb\u200c"
    assert settle(SINHALA + " ه\u200d ") == SINHALA + " ه\u200d "
    assert cell_len(settle("a\u200db" * 10)) == 20


def test_the_character_under_a_cell():
    """A wide character covers two cells; beyond the row is the row's end."""
    text = "a界e\u0301z"
    assert [offset_at(text, (0, 5), cell) for cell in range(7)] == [0, 1, 1, 2, 4, 5, 5]


def _rows(text, width):
    return [text[start:end] for start, end in wrap(text, width)]


def test_a_line_is_cut_between_letters():
    """A cut text fits, keeps whole letters and says that something is missing; line breaks are blanks."""
    assert fit_cells("日本語", 6, trim=True) == "日本語"
    assert fit_cells("日本語", 5, trim=True) == "日本…"
    assert fit_cells("日本語", 4, trim=True) == "日…"
    assert fit_cells("abc", 0, trim=True) == ""
    assert one_line(" a\n\n b ") == "a b"
