"""Where our name is taken another is proposed, one that may be free; a name that was taken is told."""

from chat_tui.app.keeping import Keeping
from chat_tui.settings.settings import Settings
from chatting import open_house
from client.chat_host import chat


async def test_a_name_of_somebody_who_is_here_is_not_proposed():
    """Nor one that was taken meanwhile, while the proposal stands as it was."""
    async with open_house() as house:
        await house.person("ana")
        await house.person("ana2")
        async with chat(house) as ana:
            await ana.shows("ana is already taken.", "▊ /name ana3")
            await house.person("ana3")
            await ana.shows("▊ /name ana4")
            await ana.press("x")
            await house.person("ana4")
            await ana.shows("5 here")
            assert ana.screen.composer.text == "/name ana4x"


async def test_a_name_that_is_kept_for_somebody_who_is_away_is_passed_over():
    """The server alone knows: its refusal is answered with the next one."""
    async with open_house() as house:
        for number, name in enumerate(("ana", "ana2")):
            away = await house.person(name, secret=str(number) * 64)
            await away.socket.close()
        async with chat(house) as ana:
            await ana.shows("▊ /name ana2")
            await ana.press("enter")
            await ana.shows("ana2 is already taken.", "▊ /name ana3")
            await ana.press("enter")
            await ana.shows("You are now ana3.")


async def test_what_we_are_called_already_is_not_proposed():
    """In a second window: what it asks for is somebody else's, and we have another one, which stays."""
    async with open_house() as house:
        await house.person("ana")
        async with chat(house) as one:
            await one.shows("▊ /name ana2")
            await one.press("enter")
            await one.shows("You are now ana2.")
            async with chat(house) as other:
                await other.shows("ana is already taken.")
                assert other.screen.composer.text == ""


async def test_a_name_that_was_typed_is_told_once_it_is_ours():
    """So that it can be remembered; not one that was not to be had, and not one that the server gave."""
    kept = []
    async with open_house() as house:
        await house.person("bob")
        async with chat(house) as ana:
            ana.app.use(Settings(), Keeping(name_at=lambda url, name: kept.append((url, name))))
            await ana.say("/name bob")
            await ana.shows("bob is already taken.")
            ana.screen.composer.text = ""
            await ana.say("/name zoe")
            await ana.shows("You are now zoe.")
            await ana.until(lambda: kept)
        assert kept == [(house.url(), "zoe")]
