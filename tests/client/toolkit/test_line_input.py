"""A paste into a field of one line is never lost."""

import pytest
from textual import events
from textual.app import App

from chat_tui.toolkit.line_input import LineInput


class Host(App[None]):
    """One field of ten characters, or of as many as there are."""

    def __init__(self, longest=10):
        super().__init__()
        self.longest = longest

    def compose(self):
        """The field."""
        yield LineInput(max_length=self.longest)


@pytest.mark.parametrize(
    ("pasted", "value"),
    [
        ("one", "abone"), ("one\ntwo", "abone"), ("\n \n one \ntwo", "ab one "), ("a\tb", "aba b"),
        ("much too long for it", "abmuch too"), ("\n\n", "ab"), ("", "ab"),
    ],
)  # fmt: skip
async def test_as_much_of_a_paste_as_fits(pasted, value):
    """Its first line that is not blank."""
    async with Host().run_test() as pilot:
        field = pilot.app.query_one(LineInput)
        field.value = "ab"
        field.cursor_position = 2
        pilot.app.post_message(events.Paste(pasted))
        await pilot.pause()
        assert field.value == value


@pytest.mark.parametrize("no_limit", [0, None])
async def test_a_field_without_a_limit(no_limit):
    """Takes all of the line."""
    async with Host(no_limit).run_test() as pilot:
        pilot.app.post_message(events.Paste("much too long for ten"))
        await pilot.pause()
        assert pilot.app.query_one(LineInput).value == "much too long for ten"


async def test_a_paste_takes_the_place_of_the_selection():
    """As letters do."""
    async with Host().run_test() as pilot:
        field = pilot.app.query_one(LineInput)
        field.value = "abcdefghij"
        field.action_select_all()
        pilot.app.post_message(events.Paste("0123456789"))
        await pilot.pause()
        assert field.value == "0123456789"
