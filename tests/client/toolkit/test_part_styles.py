"""What parts of widgets look like: as if a style sheet had said it."""

from textual.app import App
from textual.widget import Widget

from chat_tui.app.themes import THEMES
from chat_tui.toolkit.part_styles import PartStyle, PartStyles
from chat_tui.widgets.lists.sidebar import LOOKS as SIDEBAR
from chat_tui.widgets.messages.styles import LOOKS as MESSAGES

PARTS = {
    **MESSAGES,
    **{f"sidebar-{name}": look for name, look in SIDEBAR.items()},
    "automatic": PartStyle("auto 60%", "$primary"),
    "faint": PartStyle("$text-muted"),
}


def _rule(name):
    look = PARTS[name]
    rules = {"color": look.color, "background": look.background, "text-style": look.attributes}
    said = " ".join(f"{rule}: {value};" for rule, value in rules.items() if value)
    return f"& > .probe--{name} {{ {said} }}"


class Probe(Widget):
    """Has all parts twice: as component classes, and as looks."""

    COMPONENT_CLASSES = {f"probe--{name}" for name in PARTS}  # noqa: RUF012 - as Textual declares it
    DEFAULT_CSS = f"Probe {{ background: $surface; color: $foreground; {''.join(map(_rule, PARTS))} }}"

    def __init__(self):
        super().__init__()
        self.looks = PartStyles(self, PARTS)


class Host(App):
    """Shows a probe, in each theme of ours besides Textual's own."""

    def on_mount(self):
        """Know the themes."""
        for theme in THEMES:
            self.register_theme(theme)

    def compose(self):
        """The probe alone."""
        yield Probe()


async def test_a_look_is_what_a_style_sheet_would_make_of_it():
    """In every theme, Textual's own among them; a theme that changes changes all of them."""
    async with (host := Host()).run_test() as pilot:
        probe = host.query_one(Probe)
        for theme in host.available_themes:
            host.theme = theme
            await pilot.pause()
            mixed = [name for name, look in PARTS.items() if not (host.native_ansi_color and look.without_colours)]
            made = {name: str(probe.looks(name, probe.rich_style)) for name in mixed}
            styled = {name: str(probe.get_component_rich_style(f"probe--{name}")) for name in mixed}
            assert made == styled, theme


async def test_of_a_terminals_own_colours_no_tint_is_made():
    """It would be the colour itself, under a text that has the same: what stands out is reversed."""
    async with (host := Host()).run_test() as pilot:
        probe = host.query_one(Probe)
        host.theme = "terminal"
        await pilot.pause()
        for name in ("found", "action-armed", "sidebar-cursor"):
            look = probe.looks(name, probe.rich_style)
            assert look.reverse
            assert look.color == look.bgcolor == probe.rich_style.color


async def test_without_colours_a_part_may_look_otherwise(monkeypatch):
    """A background that nobody sees is replaced by what everybody does."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with (host := Host()).run_test():
        probe = host.query_one(Probe)
        assert probe.looks("sidebar-cursor", probe.rich_style).reverse
        assert probe.looks("own", probe.rich_style).bold
