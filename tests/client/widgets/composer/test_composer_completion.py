"""Completion as it is used: the composer keeps the focus, the list floats above it."""

import pytest

from chat_protocol.commands import CommandSpec
from chat_tui.widgets.composer.completion_popup import CompletionPopup
from chat_tui.widgets.composer.composer import Composer
from client.composer_host import Host


def popup(pilot):
    """The list of completions."""
    return pilot.app.query_one(CompletionPopup)


async def test_the_list_floats_above_the_composer():
    """Nothing moves when it opens, and it fits a small terminal."""
    async with Host(compact=True).run_test(size=(50, 20)) as pilot:
        place = pilot.app.composer.region
        await pilot.press("/")
        await pilot.pause()
        assert pilot.app.composer.region == place
        assert popup(pilot).region.bottom == place.y
        assert popup(pilot).region.right <= 50
        assert "/reply <id> <text>" in pilot.app.frame
        assert "message one person" in pilot.app.frame


async def test_tab_takes_the_first():
    """And typing goes on behind it."""
    async with Host().run_test() as pilot:
        await pilot.press("/", "r", "e", "tab", "1")
        assert pilot.app.composer.text == "/reply 1"
        assert pilot.app.composer.has_focus


async def test_enter_completes_what_cannot_be_sent():
    """Half a command is completed, then explained; the whole line is sent."""
    async with Host().run_test() as pilot:
        await pilot.press("/", "t", "o", "enter", "b", "enter")
        assert pilot.app.composer.text == "/to bob "
        assert pilot.app.said == []
        await pilot.pause()
        assert "/to <name> <text>" in pilot.app.frame
        await pilot.press("h", "i", "enter")
        assert pilot.app.said == [("/to bob hi", "", "off")]


async def test_enter_sends_a_whole_command():
    """/exit needs nothing more."""
    async with Host().run_test() as pilot:
        await pilot.press(*"/exit", "enter")
        assert pilot.app.said == [("/exit", "", "off")]


async def test_enter_sends_a_mention_as_typed():
    """Unless a name was picked from the list."""
    async with Host().run_test() as pilot:
        await pilot.press("@", "z", "enter")
        assert pilot.app.said == [("@z", "", "off")]
        await pilot.press("@", "down", "down", "enter")
        assert pilot.app.composer.text == "@bob "


async def test_up_and_down_go_round():
    """Up from the composer begins at the last."""
    async with Host().run_test() as pilot:
        await pilot.press("@", "up", "tab")
        assert pilot.app.composer.text == "@zoë "
        pilot.app.composer.set_text("")
        await pilot.press("@", "up", "down", "enter")
        assert pilot.app.composer.text == "@ana "


@pytest.mark.parametrize(("name", "presses"), [("[/b]", 3), ("[red]x", 4)])
async def test_hostile_names_are_literal(name, presses):
    """They show and insert as they are."""
    async with Host().run_test() as pilot:
        await pilot.press("@", *["down"] * presses)
        await pilot.pause()
        assert f"@{name} " in pilot.app.frame
        await pilot.press("enter")
        assert pilot.app.composer.text == f"@{name} "


async def test_a_click_takes_a_row():
    """The composer keeps the focus."""
    async with Host().run_test() as pilot:
        await pilot.press("h", "i", "space", "@")
        await pilot.pause()
        await pilot.click(CompletionPopup, offset=(2, 1))
        assert pilot.app.composer.text == "hi @bob "
        assert pilot.app.composer.has_focus
        await pilot.pause()
        assert not popup(pilot).display


async def test_completing_inside_a_line_keeps_the_rest():
    """No second space is put before what follows."""
    async with Host().run_test() as pilot:
        pilot.app.composer.set_text("@z hi")
        await pilot.press("home", "right", "right", "tab", "!")
        assert pilot.app.composer.text == "@zoë !hi"


async def test_escape_closes_until_another_word():
    """The first Esc closes, the next one cancels."""
    async with Host().run_test() as pilot:
        await pilot.press("@", "escape", "z")
        await pilot.pause()
        assert not popup(pilot).display
        assert pilot.app.said == []
        await pilot.press("escape")
        assert pilot.app.said == [Composer.Cancelled]
        await pilot.press("space", "@")
        await pilot.pause()
        assert popup(pilot).display


async def test_it_closes_with_the_focus_and_with_the_line():
    """And opens again with the focus."""
    async with Host().run_test() as pilot:
        await pilot.press("@")
        pilot.app.screen.set_focus(None)
        await pilot.pause()
        assert not popup(pilot).display
        pilot.app.composer.focus()
        await pilot.pause()
        assert popup(pilot).display
        await pilot.press("enter")
        assert not popup(pilot).display


async def test_tab_completes_a_bare_name():
    """The one that fits at once; of several one is chosen, and nothing opens without Tab."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        composer.names = ("bob", "[red]x", "bobby", "田中")
        await pilot.press(*"[r", "tab", *"yo 田", "tab", "b", "o")
        await pilot.pause()
        assert composer.text == "[red]x: yo 田中 bo"
        assert not popup(pilot).display
        await pilot.press("tab")
        await pilot.pause()
        assert composer.text == "[red]x: yo 田中 bo"
        assert " bobby " in pilot.app.frame
        await pilot.press("down", "tab", "!")
        assert composer.text == "[red]x: yo 田中 bobby !"
        await pilot.press("ctrl+u", "b", "tab", "enter", "b", "tab", "escape", "enter")
        assert pilot.app.said == [("bob: b", "", "off")]


async def test_tab_stays_in_the_composer():
    """Where there is nothing to complete as well: what is typed next is not lost."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        for text in ("", "hi", "hi ", "/delete 1", "/nonsense", "@nobody"):
            composer.set_text(text)
            await pilot.press("tab", "tab", "!")
            assert composer.text == f"{text}!"
            assert composer.has_focus
        composer.set_text("bo")
        composer.select_all()
        await pilot.press("tab")
        assert composer.text == "bo"


async def test_recalling_a_command_opens_nothing():
    """Or else the next Up would move in a list."""
    async with Host().run_test() as pilot:
        await pilot.press("a", "enter", *"/exit", "enter", "ctrl+up")
        assert pilot.app.composer.text == "/exit"
        assert not popup(pilot).display
        await pilot.press("up")
        assert pilot.app.composer.text == "a"


async def test_the_list_is_as_wide_as_the_screen():
    """Nothing of the messages behind it reads as a part of it."""
    async with Host().run_test(size=(60, 20)) as pilot:
        await pilot.press("@")
        await pilot.pause()
        region = popup(pilot).region
        assert (region.x, region.width) == (0, 60)
        rows = pilot.app.frame.splitlines()[region.y : region.bottom]
        assert [row.strip() for row in rows] == ["@ana", "@bob", "@[/b]", "@[red]x", "@zoë"]


async def test_what_has_no_room_is_scrolled_to():
    """Arrows say that there is more; the marked one is in view, and a click takes what it is on."""
    async with Host(compact=True).run_test(size=(40, 8)) as pilot:
        composer = pilot.app.composer
        composer.commands = [CommandSpec(f"/c{number}", "", "", "") for number in range(12)]
        await pilot.press("/")
        await pilot.pause()

        def shown():
            region = popup(pilot).region
            return [row.split() for row in pilot.app.frame.splitlines()[region.y : region.bottom]]

        height = len(shown())
        assert 2 < height < 12
        assert shown() == [[f"/c{number}"] for number in range(height - 1)] + [[f"/c{height - 1}", "↓"]]
        await pilot.press("up")
        await pilot.pause()
        assert shown() == [[f"/c{12 - height}", "↑"]] + [[f"/c{number}"] for number in range(13 - height, 12)]
        await pilot.press("up")
        await pilot.pause()
        assert shown()[0] == [f"/c{12 - height}", "↑"]
        await pilot.click(CompletionPopup, offset=(2, 1))
        assert composer.text == f"/c{13 - height}"
