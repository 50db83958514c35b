"""Who has mistyped a name is told which one they have meant."""

import pytest

from chat_tui.app.app import ChatApp
from chat_tui.app.keymap import checked_keys
from chat_tui.app.themes import NAMES, with_a_theme
from chat_tui.settings.errors import SettingsError
from chat_tui.settings.settings import load
from chat_tui.settings.suggestions import did_you_mean


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("chat-drak", "chat-dark"),
        ("Dracula", "dracula"),
        ("rosepine", "rose-pine"),
        ("chat_light", "chat-light"),
        ("nord", ""),
        ("", ""),
        ("x" * 10_000, ""),
    ],
)
def test_the_nearest_name_is_proposed(word, meant):
    """Whatever its case and its dashes; what is far off is not guessed at."""
    assert did_you_mean(word, NAMES) == (f" Did you mean {meant}?" if meant else "")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('themee = "x"', "Did you mean theme?"),
        ("reduce-motion = true", "Did you mean reduce_motion?"),
        ('theme = "chat-lihgt"', "Did you mean chat-light?"),
        ('[keys]\n"chat.poeple" = "f2"', "Did you mean chat.people?"),
    ],
)
def test_settings_of_every_kind_are(tmp_path, text, meant):
    """Names of settings, themes and keys, wherever they stand in the file."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as error:
        checked_keys(with_a_theme(load({}, {}, path)), ChatApp)
    assert meant in str(error.value)
