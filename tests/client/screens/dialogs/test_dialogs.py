"""Whoever is quicker than a dialog is heard once."""

from textual import events

from chatting import open_house
from client.chat_host import chat


def press_mouse(app, x, y):
    """Press and release the left button, without waiting for what becomes of it."""
    for kind in (events.MouseDown, events.MouseUp):
        app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y))


async def test_a_double_click_closes_a_dialog_once():
    """Beside any of them, and on a name; what was behind it stays."""
    async with open_house() as house, chat(house, size=(120, 36)) as ana:
        await house.person("bob")
        await ana.shows("2 here")
        for begin in (ana.screen.action_help, ana.screen.action_pick_target, ana.app.action_change_theme):
            begin()
            await ana.until(lambda: ana.app.screen is not ana.screen)
            await ana.pilot.pause()
            for _ in range(2):
                press_mouse(ana.app, 1, 20)
            await ana.until(lambda: ana.app.screen is ana.screen)
        await ana.press("ctrl+o")
        await ana.shows("Send messages to", "● bob")
        y = next(y for y, row in enumerate(ana.rows) if "● bob" in row and "│" in row)
        for _ in range(2):
            press_mouse(ana.app, ana.rows[y].index("● bob"), y)
        await ana.shows("private to bob")
        assert ana.app.screen_stack[-1] is ana.screen


async def test_a_key_pressed_twice_closes_a_dialog_once():
    """The second Esc is the conversation's."""
    async with open_house() as house, chat(house) as ana:
        for begin in (ana.screen.action_help, ana.screen.action_pick_target, ana.app.action_change_theme):
            begin()
            await ana.until(lambda: ana.app.screen is not ana.screen)
            for _ in range(2):
                ana.app.post_message(events.Key("escape", "\x1b"))
            await ana.until(lambda: ana.app.screen is ana.screen)
        await ana.say("still here")
        await ana.shows("▊ still here")
