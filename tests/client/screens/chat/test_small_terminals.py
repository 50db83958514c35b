"""A terminal of any size harms nothing: what has no room is not shown, and is there again when there is room."""

from chatting import open_house
from client.chat_host import chat


async def test_a_list_without_room_has_no_pages():
    """Palette, themes and question: the keys of their lists do nothing harmful, and Esc closes them."""
    async with open_house() as house, chat(house) as ana:
        for size in [(20, 3), (3, 10)]:
            await ana.size(*size)
            for begin in (ana.app.action_command_palette, ana.app.action_change_theme, None):
                if begin is None:
                    await ana.say("\n".join(map(str, range(12))))
                else:
                    begin()
                await ana.until(lambda: ana.app.screen is not ana.screen)
                await ana.press("pagedown", "pageup", "escape")
                await ana.until(lambda: ana.app.screen is ana.screen)
            ana.screen.composer.text = ""
        await ana.size(80, 24)
        await ana.say("still here")
        await ana.shows("▊ still here")


async def test_a_terminal_of_a_column_or_two():
    """Messages come, are picked, looked for and gone to, the theme changes; with room again all is there."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("hello")
        await ana.shows("▊ hello")
        for width, height in [(1, 10), (2, 10), (4, 1)]:
            await ana.size(width, height)
            ana.app.theme = "chat-light" if ana.app.theme == "chat-dark" else "chat-dark"
            await ana.press("up")
            await bob.say("/reply 1 hello again")
            await ana.screen.action_find("hello")
            ana.screen.parts.jumps.go_to(1)
            await ana.press("escape")
        await ana.size(80, 24)
        await ana.shows("╭ bob: hello", "▊ hello again", "Message everyone…")
