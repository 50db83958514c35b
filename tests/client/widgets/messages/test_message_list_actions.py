"""Picking a message and acting on it: by mouse and keyboard, with the same result."""

import pytest

from client.message_list_host import Host, click, row, until

SIZE = (60, 20)
STRIP = "   Reply   Copy   Delete"


def _many(count=30, **fields):
    return [row(key, **fields) for key in range(1, count + 1)]


def _names(host):
    return [type(message).__name__ for message in host.heard if type(message).__name__ != "Scrolled"]


def _chosen(host):
    return [(message.name, message.key) for message in host.named("ActionChosen")]


async def test_a_click_picks_and_shows_the_actions_below():
    """The actions stand in the blank line under the message; nothing else moves, and the focus stays where it was."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        before = host.shown
        await click(pilot, "message 28")
        line = host.line_with("message 28")
        assert host.shown == [*before[: line + 1], STRIP, *before[line + 2 :]]
        assert host.list.picked == 28
        assert _names(host) == ["Picked"]
        assert host.focused.id == "composer"


async def test_a_click_on_an_action_fires_it():
    """The strip works by mouse alone; the message stays picked."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        await click(pilot, "message 28")
        await click(pilot, "Copy")
        assert _chosen(host) == [("copy", 28)]
        assert host.list.picked == 28


async def test_a_click_on_another_message_picks_that():
    """One message is picked at a time."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        await click(pilot, "message 28")
        await click(pilot, "message 27")
        assert host.list.picked == 27
        assert host.shown[host.line_with("message 27") + 1] == STRIP
        assert len([line for line in host.shown if line == STRIP]) == 1
        assert _names(host) == ["Picked", "Picked"]


async def test_a_click_on_the_picked_message_closes():
    """The second click takes the actions away."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        before = host.shown
        await click(pilot, "message 28")
        await click(pilot, "message 28")
        assert host.list.picked is None
        assert host.shown == before
        assert _names(host) == ["Picked", "PickClosed"]


async def test_a_click_between_messages_does_nothing():
    """A blank line belongs to no message."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        await pilot.click("#messages", offset=(5, host.line_with("message 28") + 1))
        await pilot.click("#messages", offset=(55, 19))
        assert _names(host) == []


async def test_the_newest_message_scrolls_to_make_room_for_its_actions():
    """The strip under the last line of the screen is in view, and so is the message."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        await click(pilot, "message 30")
        assert host.shown[-2:] == [" ▊ message 30", STRIP]


async def test_a_picked_message_does_not_move():
    """While a message is picked, arrivals don't push it away from under the mouse; closing goes back to the end."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        await click(pilot, "message 30")
        before = host.shown
        host.say(*(row(key) for key in range(31, 50)))
        assert host.shown == before
        await until(lambda: not host.list.at_end)
        host.list.close_pick()
        assert host.shown[-1].endswith("message 49")
        assert host.list.at_end


async def test_the_pick_closes_when_its_message_goes():
    """A message that was deleted has no actions."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        await click(pilot, "message 28")
        host.delete(28)
        await pilot.pause()
        assert host.list.picked is None
        assert STRIP not in host.shown
        assert _names(host) == ["Picked", "PickClosed"]
        assert host.heard[-1].gone


async def test_the_keyboard_path():
    """Arrows pick, Tab and arrows move the focus, Enter fires, Esc closes."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.list.focus()
        await pilot.press("alt+up")
        assert host.list.picked == 30
        await pilot.press("up", "alt+up", "down")
        assert host.list.picked == 29
        await pilot.press("enter", "right", "enter", "left", "shift+tab", "tab", "tab", "enter")
        assert _chosen(host) == [("reply", 29), ("copy", 29), ("copy", 29)]
        await pilot.press("escape")
        assert host.list.picked is None
        assert _names(host)[-1] == "PickClosed"


async def test_letters_fire():
    """The letter of an action fires it, in upper case too; other letters are not ours."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.list.focus()
        await pilot.press("y")
        assert _chosen(host) == []
        host.list.begin_pick()
        await pilot.press("y", "x", "R")
        assert _chosen(host) == [("copy", 30), ("reply", 30)]


async def test_who_has_scrolled_up_picks_where_they_read():
    """The last message that is there in full; it and those above it stay where they are."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.list.focus()
        await pilot.press("pageup")
        await pilot.pause()
        last = next(number for number in range(30, 0, -1) if any(f"message {number}" in line for line in host.shown))
        assert last < 30
        host.list.begin_pick()
        assert host.list.picked in {last, last - 1}
        assert host.line_with(f"message {host.list.picked}")


@pytest.mark.parametrize("keys", [["d", "d"], ["right", "right", "enter", "enter"]])
async def test_confirm_takes_two(keys):
    """The first activation changes the label, the second one fires."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.list.focus()
        host.list.pick(28)
        await pilot.press(*keys[:-1])
        assert host.shown[host.line_with("message 28") + 1] == "   Reply   Copy   Delete? d again"
        assert _chosen(host) == []
        await pilot.press(keys[-1])
        assert _chosen(host) == [("delete", 28)]
        assert STRIP in host.shown


async def test_moving_away_withdraws_the_first_half_of_a_confirmation():
    """After another focus, or another message, the confirmation begins anew."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.list.focus()
        host.list.pick(28)
        await pilot.press("d", "left", "d", "up", "d")
        assert _chosen(host) == []


async def test_picking_goes_on_beyond_the_screen():
    """Each picked message is in view with its actions, in both directions, and the ends are ends."""
    host = Host(_many())
    async with host.run_test(size=SIZE):
        for keys in ([*range(30, 0, -1), 1], [*range(2, 31), 30]):
            for key in keys:
                host.list.action_pick_step(-1 if keys[0] == 30 else 1)
                assert host.list.picked == key
                line = host.shown.index(STRIP)
                assert host.shown[line - 2 : line] == [" ▊ ana  10:02", f" ▊ message {key}"]


async def test_esc_and_tab_without_a_pick_are_for_others():
    """Tab moves the focus on where no actions are shown."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.list.focus()
        await pilot.press("escape", "tab")
        assert host.focused.id == "composer"


async def test_actions_that_do_not_fit_wrap():
    """In a narrow terminal the actions take more rows, and each of them can be clicked."""
    host = Host(_many(), compact=True)
    async with host.run_test(size=(18, 12)) as pilot:
        host.list.pick(30)
        assert host.shown[-3:] == ["▊message 30", " Reply   Copy", " Delete"]
        await click(pilot, "Delete")
        assert host.shown[-1] == " Delete? d again"
        await click(pilot, "Delete?")
        assert _chosen(host) == [("delete", 30)]


async def test_a_click_on_a_name():
    """The author's name is its own target."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        await pilot.click("#messages", offset=(4, host.line_with("message 28") - 1))
        await pilot.click("#messages", offset=(30, host.line_with("message 27") - 1))
        assert _names(host) == ["AuthorClicked", "Picked"]
        assert host.named("AuthorClicked")[0].key == 28


async def test_a_click_on_a_preview_goes_to_the_parent():
    """The list goes there by itself, and tells where from and where to."""
    host = Host([*_many(), row(31, "a reply", reply_to=2)])
    async with host.run_test(size=SIZE) as pilot:
        await click(pilot, "╭ ana: message 2")
        assert any(line.endswith("message 2") for line in host.shown)
        [message] = host.named("PreviewClicked")
        assert (message.key, message.parent_key) == (31, 2)


async def test_a_click_on_a_preview_whose_parent_is_gone_stays():
    """There is nowhere to go; whoever listens is told all the same."""
    host = Host([*_many(), row(31, "a reply", reply_to=2)])
    async with host.run_test(size=SIZE) as pilot:
        host.delete(2)
        before = host.shown
        await click(pilot, "╭ deleted message")
        assert host.shown == before
        assert len(host.named("PreviewClicked")) == 1


@pytest.mark.parametrize(("width", "words"), [(40, "https"), (40, "/b"), (22, "b).")])
async def test_a_click_on_a_link(width, words):
    """An address is clicked as a whole, also where it is wrapped, and without the sentence's full stop."""
    host = Host([row(1, "look at (https://e.org/界/b).")])
    async with host.run_test(size=(width, 10)) as pilot:
        await click(pilot, words)
        [message] = host.named("LinkClicked")
        assert message.url == "https://e.org/界/b"
        assert host.list.picked is None


async def test_enter_shows_all_of_a_folded_text_and_less_again():
    """The first action of a folded message unfolds it; another one folds it again."""
    host = Host([*_many(), row(31, "\n".join(f"line {number}" for number in range(200)))])
    async with host.run_test(size=SIZE) as pilot:
        host.list.focus()
        await pilot.press("alt+up")
        assert host.shown[-2:] == [" ▊ … 151 more lines (Enter to show all)", "   Show all" + STRIP]
        await pilot.press("enter", "end")
        assert host.shown[-2:] == [" ▊ line 199", STRIP + "   Show less"]
        await pilot.press("a")
        assert host.shown[-2:] == [" ▊ … 151 more lines (Enter to show all)", "   Show all" + STRIP]
        assert _chosen(host) == []


async def test_a_click_on_the_fold_shows_all():
    """The line that says how many rows are hidden shows them; what is above it stays."""
    host = Host([row(1, "\n".join(f"line {number}" for number in range(200)))])
    async with host.run_test(size=(60, 60)) as pilot:
        before = host.shown
        await click(pilot, "… 151 more")
        assert host.shown[:51] == before[:51]
        assert host.shown[51] == " ▊ line 49"


async def test_an_unsent_line_can_be_picked():
    """What is not sent yet has actions of its own; when it is acknowledged the pick closes."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.set_unsent(row(-1, "mine"))
        host.list.begin_pick()
        assert host.list.picked == -1
        host.set_unsent()
        await pilot.pause()
        assert host.list.picked is None


async def test_details_stand_above_the_actions():
    """They are no target of the mouse, and follow the message."""
    host = Host(_many())
    host.details[28] = "a day in March"
    async with host.run_test(size=SIZE) as pilot:
        host.list.pick(28)
        line = host.line_with("message 28")
        assert host.shown[line + 1 : line + 3] == ["   a day in March", STRIP]
        await click(pilot, "a day")
        assert host.list.picked == 28
        host.details[28] = "another day"
        host.change(28, note="changed")
        assert host.shown[line + 1] == "   another day"


async def test_actions_follow_the_message():
    """When a picked message changes, so do its actions."""
    host = Host(_many())
    async with host.run_test(size=SIZE):
        host.list.pick(28)
        host.actions = ()
        host.change(28, note="changed")
        assert STRIP not in host.shown


async def test_a_drag_selects_and_does_not_pick():
    """A drag gives the text from character to character, with authors where it is more than one message."""
    host = Host([row(1, "first 界 words"), row(2, "second words", author="bob")])
    async with host.run_test(size=SIZE) as pilot:
        first, second = host.line_with("first"), host.line_with("second")
        await pilot.mouse_down("#messages", offset=(9, first))
        await pilot.hover("#messages", offset=(8, second))
        await pilot.mouse_up("#messages", offset=(8, second))
        await pilot.pause()
        assert host.screen.get_selected_text() == "ana: 界 words\nbob: second"
        assert host.list.picked is None
        host.say(row(3))
        assert host.screen.get_selected_text() == "ana: 界 words\nbob: second"


async def test_the_mouse_counts_in_what_was_written():
    """Behind a shortcode, which is shown as one character, a link is found and a selection is that of the text."""
    host = Host([row(1, ":rocket: *go* https://e.org/x :tada:")])
    async with host.run_test(size=SIZE) as pilot:
        line = host.line_with("🚀 *go* https://e.org/x 🎉")
        await pilot.mouse_down("#messages", offset=(3, line))
        await pilot.hover("#messages", offset=(9, line))
        await pilot.mouse_up("#messages", offset=(9, line))
        await pilot.pause()
        assert host.screen.get_selected_text() == ":rocket: *go*"
        plain = next(iter(host.strips[line - 1])).style.bgcolor
        assert "".join(one.text for one in host.strips[line] if one.style.bgcolor != plain) == "🚀 *go*"
        await click(pilot, "e.org/x")
        assert host.named("LinkClicked")[0].url == "https://e.org/x"


async def test_what_changed_between_press_and_release_is_not_clicked():
    """A message that goes, or loses its row, while the button is down: nothing happens."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        place = (5, host.line_with("message 28"))
        for change in (lambda: host.change(28, text="", rule="x"), lambda: host.delete(28)):
            await pilot.mouse_down("#messages", offset=place)
            change()
            await pilot.mouse_up("#messages", offset=place)
            await pilot.pause()
        assert _names(host) == []
