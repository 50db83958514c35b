"""The report of `chat-tui config`: prints every setting, its value, and where that comes from."""

from collections.abc import Iterator

from chat_tui.app.app import ChatApp
from chat_tui.app.keymap import checked_keys, default_keys
from chat_tui.app.themes import DEFAULT as DEFAULT_THEME
from chat_tui.app.themes import with_a_theme
from chat_tui.connection.address import parse_url, without_login
from chat_tui.screens.chat.undo import SECONDS
from chat_tui.settings.profile import Profile
from chat_tui.settings.settings import COMFORTABLE, DEFAULT
from chat_tui.widgets.messages.frame import WIDEST

DEFAULT_SERVER = parse_url("localhost")


def report(profile: Profile) -> Iterator[str]:
    """Yield the lines to print.

    Raises:
        SettingsError: when something is set that can't be used.
    """
    settings = with_a_theme(profile.settings)
    found = "" if profile.file.exists() else " (not found)"
    yield f"Settings file: {profile.file}{found}"
    yield ""
    values = {
        "server": without_login(settings.server) or DEFAULT_SERVER,
        "name": profile.name or "(the server picks one)",
        "theme": settings.theme or DEFAULT_THEME,
        "reduce_motion": str(settings.reduce_motion).lower(),
        "undo_seconds": f"{SECONDS if settings.undo_seconds is None else settings.undo_seconds:g}",
        "density": settings.density or COMFORTABLE,
        "text_width": str(WIDEST if settings.text_width is None else settings.text_width),
    }
    for name, value in values.items():
        source = settings.source(name)
        if name == "server" and source == DEFAULT:
            source = "default with --plain; otherwise you're asked"
        if name == "name" and source == DEFAULT and profile.name:
            source = "your name on this computer"
        yield f"{name:15} {value:31} {source}"
    yield ""
    yield "Keys, by binding name:"
    ours = checked_keys(settings, ChatApp)
    for name, default in sorted(default_keys(ChatApp).items()):
        yield f"  {name:21} {ours.get(name, default):23} {settings.source(f'keys.{name}')}"
