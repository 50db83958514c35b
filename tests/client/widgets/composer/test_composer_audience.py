"""Who reads a message, and how long it lives, is said in words and colour, and what is said holds."""

import pytest
from rich.cells import cell_len

from chat_tui.widgets.composer.composer import Composer
from client.composer_host import Host

WIDE, NARROW = (100, 24), (50, 20)


async def test_everyone_is_named():
    """A wide composer names its audience, its placeholder and the time to live."""
    async with Host().run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "▔ to Everyone ▔" in pilot.app.frame
        assert "Message everyone… (/ for commands)" in pilot.app.frame
        assert "▔ temp: off ▔" in pilot.app.frame


@pytest.mark.parametrize("name", ["bob", "[/b]", "[red]x", "名前", "$primary"])
@pytest.mark.parametrize("compact", [False, True])
async def test_privacy_is_said_in_words_and_colour(name, compact):
    """Whatever the name looks like, it is shown as it is, and the composer changes its colour."""
    async with Host(compact=compact).run_test(size=NARROW if compact else WIDE) as pilot:
        composer = pilot.app.composer
        await pilot.pause()
        public = composer.get_visual_style("text-area--placeholder").foreground
        composer.target = name
        await pilot.pause()
        assert f"private to {name}" in pilot.app.frame
        assert f"Private message to {name}…" in pilot.app.frame
        assert composer.get_visual_style("text-area--placeholder").foreground != public
        if not compact:
            assert composer.styles.border_top[1].hex == pilot.app.theme_variables["warning"]
        await pilot.press("h", "i")
        assert f"private to {name}" in pilot.app.frame
        await pilot.press("enter")
        assert pilot.app.said == [("hi", name, "off")]


async def test_a_line_goes_to_whom_the_composer_showed():
    """A target that changes between Enter and the screen's turn changes nothing."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        composer.target = "bob"
        composer.set_text("secret")
        composer.action_send()
        composer.target = ""
        await pilot.pause()
        assert pilot.app.said == [("secret", "bob", "off")]


async def test_a_recalled_private_line_keeps_its_audience():
    """Recalled among everyone it says to whom it was written; set to the same person it is plain."""
    async with Host().run_test() as pilot:
        composer = pilot.app.composer
        composer.target = "bob"
        await pilot.press("h", "i", "enter", "ctrl+up")
        assert composer.text == "hi"
        await pilot.press("ctrl+down")
        composer.target = ""
        await pilot.press("ctrl+up")
        assert composer.text == "/to bob hi"


async def test_a_refused_private_line_keeps_its_audience():
    """It comes back with its /to where the composer has gone back to everyone."""
    async with Host().run_test() as pilot:
        pilot.app.composer.give_back("hi", "bob has left", target="bob")
        assert pilot.app.composer.text == "/to bob hi"


async def test_a_very_long_name_leaves_the_chip_readable():
    """Title, chip and placeholder fit, with wide letters too."""
    for compact, size in ((False, WIDE), (True, NARROW)):
        async with Host(compact=compact).run_test(size=size) as pilot:
            pilot.app.composer.target = "名前👩‍💻" * 30
            pilot.app.composer.temp = "5 min"
            await pilot.pause()
            assert "…" in pilot.app.frame
            assert " temp: 5 min " in pilot.app.frame
            assert {cell_len(row) for row in pilot.app.frame.splitlines()} == {size[0]}


async def test_the_chip_is_a_button():
    """Ctrl+L and a click on the chip ask for the next time to live; a click beside it does not."""
    async with Host().run_test(size=WIDE) as pilot:
        composer = pilot.app.composer
        await pilot.pause()
        await pilot.press("ctrl+l")
        await pilot.click(composer, offset=(composer.chip_region.x + 3, 0))
        assert pilot.app.said == [Composer.TempRequested] * 2
        await pilot.click(composer, offset=(30, 0))
        assert len(pilot.app.said) == 2
        assert composer.has_focus


async def test_a_narrow_composer_is_one_row_until_there_is_something_to_say():
    """A row above says that a message is private or temporary, a row below what went wrong."""
    async with Host(compact=True).run_test(size=NARROW) as pilot:
        composer = pilot.app.composer
        await pilot.pause()
        assert composer.region.height == 1
        assert "temp" not in pilot.app.frame
        composer.temp = "30 s"
        await pilot.pause()
        assert composer.region.height == 2
        assert "to Everyone:" in pilot.app.frame
        assert " temp: 30 s" in pilot.app.frame
        composer.give_back("x", "Too fast.")
        await pilot.pause()
        assert composer.region.height == 3
        assert "Too fast." in pilot.app.frame


async def test_a_resize_moves_the_chip():
    """It stays at the right end."""
    async with Host().run_test(size=WIDE) as pilot:
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        row = next(row for row in pilot.app.frame.splitlines() if "to Everyone" in row)
        assert row.endswith(" temp: off ▔▎")
