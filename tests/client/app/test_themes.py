"""Every theme can be read; one is chosen by looking at it, and stays chosen."""

import pytest
from textual.color import Color

from chat_tui.app.app import ChatApp
from chat_tui.app.keeping import Keeping
from chat_tui.app.themes import NAMES, THEMES, with_a_theme
from chat_tui.settings.errors import SettingsError
from chat_tui.settings.settings import Settings, load
from chat_tui.storage.choices import RememberError, SavedChoices
from chat_tui.toolkit.screen_text import screen_strips
from chat_tui.widgets.messages.styles import DARK_AUTHORS, LIGHT_AUTHORS
from chatting import open_house
from client.chat_host import chat, chat_at

RGB = [theme for theme in THEMES if not theme.ansi]
READ = (
    "foreground",
    "primary",
    "warning",
    "success",
    "error",
    "text-primary",
    "text-warning",
    "text-error",
    "text-accent",
)


def luminance(colour):
    """As WCAG 2 has it."""
    parts = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(text, background):
    """1 to 21."""
    dark, light = sorted((luminance(background + text), luminance(background)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", RGB, ids=lambda theme: theme.name)
def test_text_and_authors_can_be_read(theme):
    """Contrast of 4.5 to 1 on the theme's background at least, for what is toned down to 60 % too."""
    colours = theme.to_color_system().generate()
    background, foreground = Color.parse(colours["background"]), Color.parse(colours["foreground"])
    texts = {name: Color.parse(colours[name]) for name in READ}
    texts |= {author: Color.parse(author) for author in (DARK_AUTHORS if theme.dark else LIGHT_AUTHORS)}
    texts["quiet"] = foreground.with_alpha(0.6)
    assert {name for name, colour in texts.items() if contrast(colour, background) < 4.5} == set()


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
    assert str(error.value) == (f'environment CHAT_TUI_THEME: theme can\'t be "nrod". There are: {", ".join(NAMES)}.')


@pytest.mark.parametrize("in_file", ["", "dracula"])
def test_a_theme_that_was_picked_and_is_no_more_is_forgotten(tmp_path, in_file):
    """Nobody has typed that: what the file says holds again, or nothing does."""
    path = tmp_path / "config.toml"
    path.write_text(f'theme = "{in_file}"')
    settings = with_a_theme(load({}, {}, path, SavedChoices(theme="of-the-past", theme_before=in_file)))
    assert settings.theme == in_file
    assert settings.source("theme") == (f"{path}, line 1" if in_file else "default")


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
        await ana.shows("Another look")
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
        await ana.shows("dracula holds for now: The disk")
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
        await ana.shows("Message whom?")
        await ana.until(lambda: ana.app.focused is not None and not ana.app.focused.cursor_blink)
