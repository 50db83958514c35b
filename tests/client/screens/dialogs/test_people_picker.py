"""The picker finds a person by a few letters, and ends with their id."""

import pytest
from textual.app import App

from chat_tui.app.themes import CHAT_DARK
from chat_tui.screens.dialogs.people_picker import PeoplePicker
from chat_tui.toolkit.screen_text import screen_text
from chat_tui.widgets.lists.person import Person
from chat_tui.widgets.markup.ranking import matching

pytest_plugins = ("snapshots",)

PEOPLE = [
    Person("1", "bob", unread=2),
    Person("2", "ana", you=True),
    Person("3", "zoë"),
    Person("4", "[b]mark[/] up"),
    Person("5", "Robin Abel"),
]


class PickerApp(App):
    """Opens the picker and keeps how it ended."""

    def __init__(self, people=PEOPLE, target=""):
        super().__init__()
        self.picker = PeoplePicker(people, target)
        self.ended = []

    def on_mount(self):
        """Open it."""
        self.register_theme(CHAT_DARK)
        self.theme = CHAT_DARK.name
        self.push_screen(self.picker, self.ended.append)


async def ended_after(*keys, size=(80, 24), **options):
    """How the picker ends when these keys are pressed."""
    app = PickerApp(**options)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        return app.ended


@pytest.mark.parametrize(
    ("keys", "ended"),
    [
        (("b", "o", "enter"), ["1"]),
        (("z", "enter"), ["3"]),
        (("a", "b", "e", "enter"), ["5"]),
        (("r", "b", "l", "enter"), ["5"]),
        (("enter",), [""]),
        (("e", "v", "enter"), [""]),
        (("down", "down", "up", "enter"), ["4"]),
        (("pagedown", "enter"), ["3"]),
        (("q", "q", "enter"), []),
        (("q", "q", "enter", "backspace", "backspace", "b", "enter"), ["1"]),
        (("b", "escape"), [None]),
        (("ctrl+o",), [None]),
    ],
)
async def test_keys_choose(keys, ended):
    """Letters narrow the list down, arrows move, Enter takes one, Escape none; where nobody matches, it goes on."""
    assert await ended_after(*keys) == ended


async def test_a_click_chooses():
    """A row of the list is a button."""
    app = PickerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        rows = screen_text(app).split("\n")
        y = next(y for y, row in enumerate(rows) if "zoë" in row)
        await pilot.click(offset=(rows[y].index("zoë"), y))
        await pilot.pause()
        assert app.ended == ["3"]


async def test_a_click_beside_it_closes_it():
    """Outside the dialog there is nothing to choose."""
    app = PickerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(offset=(2, 2))
        await pilot.pause()
        assert app.ended == [None]


async def test_the_key_that_closes_is_a_button():
    """On a narrow terminal nothing is outside, so the mouse has this."""
    app = PickerApp()
    async with app.run_test(size=(50, 20)) as pilot:
        rows = screen_text(app).split("\n")
        assert rows[19].startswith("⏎ Choose")
        await pilot.click(offset=(rows[19].index("esc"), 19))
        await pilot.pause()
        assert app.ended == [None]


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (50, 20)])
async def test_it_looks_right(snapshot, size):
    """Names are text, you are left out, the target is marked; below 72 columns it is the whole screen."""
    app = PickerApp(target="3")
    async with app.run_test(size=size):
        snapshot(app, f"people-{size[0]}x{size[1]}")


async def test_nobody_by_that_name_is_said():
    """An empty list says why it is empty."""
    app = PickerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q", "q")
        await pilot.pause()
        assert "No matching names." in screen_text(app)


def test_better_matches_come_first():
    """The name itself, its beginning, the beginning of a word, any part, and letters in this order."""
    names = ["x a b", "xab", "x ab", "abc", "ab"]
    people = [Person(name, name) for name in names]
    assert [person.name for person in matching("AB", people)] == ["ab", "abc", "x ab", "xab", "x a b"]


def test_equal_matches_keep_their_order():
    """No letters match everybody as they were."""
    assert matching(" ", PEOPLE) == PEOPLE


def test_words_are_found_by_what_they_begin_with():
    """A blank between letters does not have to be typed, and may be."""
    assert [person.id for person in matching("rob ab", PEOPLE)] == ["5"]
