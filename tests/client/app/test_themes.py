"""Every theme can be read; one is chosen by looking at it, and stays chosen."""

import pytest
from rich.color import ColorType
from textual.color import Color

from chat_tui.app.app import ChatApp
from chat_tui.app.keeping import Keeping
from chat_tui.app.themes import NAMES, THEMES, with_a_theme
from chat_tui.settings.errors import SettingsError
from chat_tui.settings.settings import Settings, load
from chat_tui.storage.choices import RememberError, SavedChoices
from chat_tui.toolkit.input.messages import BackgroundReported
from chat_tui.toolkit.screen_text import screen_strips
from chatting import open_house
from client.chat_host import chat, chat_at


def test_the_terminal_theme_uses_its_own_colours_alone():
    """Sixteen, and whatever the terminal's text and background are."""
    [theme] = [theme for theme in THEMES if theme.ansi]
    assert theme.name == "terminal"
    assert Color.parse(theme.background).ansi == Color.parse(theme.foreground).ansi == -1


def test_an_unknown_theme_is_told_with_those_that_there_are(tmp_path):
    """And who has set it."""
    app = ChatApp("ws://127.0.0.1:9/", name="ana")
    with pytest.raises(SettingsError) as error:
        app.use(load({}, {"CHAT_TUI_THEME": "nrod"}, tmp_path / "none"))
    assert str(error.value) == (
        f'environment CHAT_TUI_THEME: theme can\'t be "nrod". Choose one of these: {", ".join(NAMES)}.'
    )


@pytest.mark.parametrize("in_file", ["", "dracula"])
def test_a_theme_that_was_picked_and_is_no_more_is_forgotten(tmp_path, in_file):
    """Nobody has typed that: what the file says holds again, or nothing does."""
    path = tmp_path / "config.toml"
    path.write_text(f'theme = "{in_file}"')
    settings = with_a_theme(load({}, {}, path, SavedChoices(theme="of-the-past", theme_before=in_file)))
    assert settings.theme == in_file
    assert settings.source("theme") == (f"{path}, line 1" if in_file else "default")


def colours_of(app):
    """The kinds of colours that are on the screen."""
    styles = [segment.style for strip in screen_strips(app) for segment in strip if segment.style is not None]
    return {colour.type for style in styles for colour in (style.color, style.bgcolor) if colour is not None}


def by_option(folder):
    """--theme terminal."""
    return load({"theme": "terminal"}, {}, folder / "none")


def by_variable(folder):
    """CHAT_TUI_THEME."""
    return load({}, {"CHAT_TUI_THEME": "terminal"}, folder / "none")


def by_file(folder):
    """The file of settings."""
    path = folder / "config.toml"
    path.write_text('theme = "terminal"')
    return load({}, {}, path)


def by_memory(folder):
    """Picked in an earlier run."""
    return load({}, {}, folder / "none", SavedChoices(theme="terminal"))


@pytest.mark.parametrize("way", [by_option, by_variable, by_file, by_memory])
async def test_the_terminals_own_colours_are_its_own_however_they_are_set(way, tmp_path):
    """From the first frame on: nothing of them is turned into a colour of ours."""
    async with open_house() as house, chat(house, start=way(tmp_path)) as ana:
        await ana.say("hello")
        await ana.press("alt+up")
        await ana.shows("Reply")
        assert colours_of(ana.app) <= {ColorType.DEFAULT, ColorType.STANDARD}


async def test_and_when_they_are_picked():
    """Live, and so are those of the theme that is picked after them."""
    async with open_house() as house, chat(house) as ana:
        for theme, kinds in (("terminal", {ColorType.DEFAULT, ColorType.STANDARD}), ("dracula", {ColorType.TRUECOLOR})):
            ana.app.theme = theme
            await ana.until(lambda kinds=kinds: colours_of(ana.app) <= kinds)


async def test_where_there_are_16_colours_they_are_the_terminals(monkeypatch):
    """Whatever is set; who wants to choose hears why not."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM")
    async with open_house() as house, chat(house, start=Settings(theme="dracula")) as ana:
        assert colours_of(ana.app) <= {ColorType.DEFAULT, ColorType.STANDARD}
        ana.app.action_change_theme()
        await ana.shows("This terminal shows 16")


async def test_where_there_are_256_colours_they_are_chosen_by_our_table(monkeypatch):
    """Nothing is left to the terminal library, which takes a dark blue for teal."""
    monkeypatch.delenv("COLORTERM")
    async with open_house() as house, chat(house) as ana:
        await ana.say("hello")
        await ana.shows("▊ hello")
        assert colours_of(ana.app) == {ColorType.EIGHT_BIT}


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({}, "chat-dark"),
        ({"COLORFGBG": "0;15"}, "chat-light"),
        ({"COLORFGBG": "0;default;7"}, "chat-light"),
        ({"COLORFGBG": "15;0"}, "chat-dark"),
        ({"COLORFGBG": "x;\u0661"}, "chat-dark"),
    ],
)
def test_the_environment_may_say_what_the_background_is(environment, theme, monkeypatch):
    """As some terminals do."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ChatApp("ws://127.0.0.1:9/", name="ana").theme == theme


WHITE, BLACK = (255, 255, 255), (0, 0, 0)


async def test_the_theme_follows_the_terminal():
    """Light on a light one, dark on a dark one, as often as it says what it is."""
    async with open_house() as house, chat(house) as ana:
        for background, theme in ((WHITE, "chat-light"), (BLACK, "chat-dark"), ((253, 246, 227), "chat-light")):
            ana.app.post_message(BackgroundReported(*background))
            await ana.until(lambda theme=theme: ana.app.theme == theme)


async def test_a_theme_that_somebody_has_chosen_stays():
    """Set, or picked."""
    async with open_house() as house, chat(house, start=Settings(theme="dracula")) as ana:
        ana.app.post_message(BackgroundReported(*WHITE))
        await ana.pilot.pause()
        assert ana.app.theme == "dracula"
    async with open_house() as house, chat(house) as ana:
        ana.app.action_change_theme()
        await ana.shows("Cancel")
        await ana.press("end", "enter")
        await ana.lacks("Cancel")
        ana.app.post_message(BackgroundReported(*WHITE))
        await ana.pilot.pause()
        assert ana.app.theme == "terminal"


async def test_of_the_terminals_own_colours_those_are_taken_that_can_be_read_there():
    """Bright ones on dark, dark ones on light, and none before that is known."""

    def colours():
        return {segment.style.color.number for segment in ana.strips[0] if segment.style.color is not None} - {None}

    async with open_house() as house, chat(house, start=Settings(theme="terminal")) as ana:
        assert colours() == set()
        ana.app.post_message(BackgroundReported(*WHITE))
        await ana.until(lambda: colours() == {4})
        ana.app.post_message(BackgroundReported(*BLACK))
        await ana.until(lambda: colours() == {2, 6})


async def test_a_theme_is_chosen_by_looking_at_it():
    """Each shows while one moves, Esc brings the old one back, Enter keeps one and has it written down."""
    kept = []

    def keep(name):
        kept.append(name)
        if name == "dracula":
            raise RememberError("The disk is full.")

    async with open_house() as house, chat(house, "ana") as ana:
        ana.app.use(Settings(), Keeping(theme=keep))
        await ana.press("ctrl+p", *"theme")
        await ana.shows("Choose the colours")
        await ana.press("enter")
        await ana.shows("╭─ Theme", "terminal")
        await ana.press("down")
        await ana.until(lambda: ana.app.theme == "chat-light")
        await ana.press("escape")
        assert (ana.app.theme, kept) == ("chat-dark", [])

        ana.app.action_change_theme()
        await ana.press("up")
        await ana.until(lambda: ana.app.theme == "terminal")
        await ana.press("enter")
        await ana.lacks("╭─ Theme")
        assert (ana.app.theme, kept) == ("terminal", ["terminal"])

        ana.app.action_change_theme()
        await ana.click("dracula")
        await ana.shows("Using dracula for now: The disk")
        assert ana.app.theme == "dracula"


async def test_without_colours_everything_is_still_to_be_told(monkeypatch):
    """NO_COLOR: not one colour; what is chosen is shown in reverse."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_house() as house, chat(house, "ana") as ana:
        ana.app.use(Settings(theme="dracula"))
        await ana.say("hello")
        await ana.press("alt+up")
        await ana.shows("Reply")
        styles = [
            (segment.text, segment.style)
            for strip in screen_strips(ana.app)
            for segment in strip
            if segment.style is not None
        ]
        assert all(
            colour is None or colour.is_default for _, style in styles for colour in (style.color, style.bgcolor)
        )
        assert any("eply" in text and style.reverse for text, style in styles)


async def test_with_reduced_motion_nothing_moves_or_blinks():
    """Nothing is animated, and the cursor of no input blinks."""
    async with open_house() as house, chat_at(house.url()) as ana:
        ana.app.use(Settings(reduce_motion=True))
        assert ana.app.animation_level == "none"
        await ana.press("ctrl+o")
        await ana.shows("Send messages to")
        await ana.until(lambda: ana.app.focused is not None and not ana.app.focused.cursor_blink)
