"""Start screen, where nobody has said where to: asks for the name, and offers known rooms and the ways to others."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from chat_protocol.names import check_name
from chat_protocol.text import clean_line
from chat_tui.connection.address import ConnectionUrlError, as_typed, is_same_here, parse_url, place
from chat_tui.connection.probe import goes_by_proxy, probe
from chat_tui.screens.start import notes
from chat_tui.screens.start.joining import EarlyKeys, Joining
from chat_tui.toolkit.breakpoints import NARROW
from chat_tui.toolkit.line_input import LineInput
from chat_tui.toolkit.steady_rows import draw_steadily
from chat_tui.widgets.bars.banner import GLYPHS
from chat_tui.widgets.bars.keys import KeyBar
from chat_tui.widgets.bars.kind import Kind
from chat_tui.widgets.lists.rooms import Place, RoomList
from chat_tui.wording.notices import sentence

_LOOK_AGAIN = 3.0
"""Seconds after which it is found out anew whether a room runs on this computer."""
_LONGEST = 1000
_INVITATION = "chat-tui "
"""How the line begins that others send: all of it may be pasted for an address."""
_ROOMY = 18
"""Rows from which there is space for headings and gaps."""


class FirstRunScreen(Screen[None]):
    """Your name, and a list of where to go. It posts what was chosen; what becomes of it is the app's."""

    class Chosen(Message):
        """Go to the room with this URL, under this name."""

        def __init__(self, url: str, name: str) -> None:
            super().__init__()
            self.url = url
            self.name = name

    class RoomWanted(Message):
        """Start a room on this computer, and go there under this name."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    AUTO_FOCUS = "#first-name"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False, id="first.down"),
        Binding("up", "move(-1)", "Up", show=False, id="first.up"),
        Binding("escape", "back", "Back", show=False, id="first.back"),
    ]
    DEFAULT_CSS = """
    FirstRunScreen {
        background: $background;
        & #first-title { height: 1; background: $panel; color: $primary; text-style: bold; padding: 0 1; }
        & #first-form { width: 100%; max-width: 72; height: 1fr; padding: 0 1; }
        & .first-line { height: 1; }
        & .first-label { width: 11; color: $foreground 80%; }
        & .first-line Input { width: 1fr; padding: 0 1; }
        & .first-why { height: auto; max-height: 4; padding: 0 1 0 2; color: $warning; display: none; }
        & #first-rooms { height: 1fr; min-height: 2; }
        & #first-heading { display: none; height: 1; margin: 1 0 0 0; color: $foreground 80%; }
        & #first-where { display: none; }
        & #first-note { height: 3; color: $foreground 80%; }
        & #first-note.-warning { color: $warning; }
        & #first-keys { height: 1; }
        &.-wrong #first-note { display: none; }
        &.-wrong.-roomy #first-note { display: block; }
        &.-roomy #first-form { padding: 1 1 0 1; }
        &.-roomy.-wide #first-form { padding: 1 1 0 3; max-width: 74; }
        &.-wide .first-why { padding: 0 1 0 12; }
        &.-roomy #first-heading { display: block; }
        &.-roomy #first-note { margin: 1 0 0 0; }
    }
    """

    def __init__(self, name: str, rooms: Sequence[str], here: str) -> None:
        """`name` is proposed, fit or not; `rooms` are URLs, latest first; `here` is the URL of this computer."""
        super().__init__(id="first-run")
        draw_steadily(self)
        self._name_proposed = clean_line(name)
        self._here = here
        self._here_answers: bool | None = None
        self._place_proposed = 0
        self._rooms = [here if is_same_here(url, here) else url for url in rooms]
        self.joining = Joining()
        self._early_keys = EarlyKeys()

    def compose(self) -> ComposeResult:
        """Name, rooms, address, a note about what the cursor is on."""
        yield Static("chat-tui", id="first-title")
        with Vertical(id="first-form"):
            with Horizontal(classes="first-line"):
                yield Static("Your name", classes="first-label")
                yield LineInput(
                    self._name_proposed, compact=True, max_length=_LONGEST, select_on_focus=False, id="first-name"
                )
            yield Static(id="first-why-name", classes="first-why", markup=False)
            yield Static("Where to?", id="first-heading")
            yield RoomList(list(self._places()), id="first-rooms")
            with Horizontal(id="first-where", classes="first-line"):
                yield Static("Address", classes="first-label")
                yield LineInput(compact=True, max_length=_LONGEST, placeholder="192.168.1.23:6789", id="first-address")
            yield Static(id="first-why-address", classes="first-why", markup=False)
            yield Static(id="first-note", markup=False)
        keys = [("⏎", "Choose", "choose"), ("↑↓", "Move", "move(1)"), ("tab", "Next", "app.focus_next")]
        yield KeyBar(keys, ("^q", "Quit", "app.quit"), id="first-keys")

    def _places(self) -> Iterator[Place]:
        for url in dict.fromkeys([*self._rooms, self._here]):
            if url == self._here:
                yield Place(url, "This computer", "… looking")
            else:
                yield Place(url, as_typed(url), "recent")
        yield Place("address", "Join by address…")  # no URL is called so
        yield Place("start", "Start a room on this computer")

    def on_mount(self) -> None:
        """Find the parts, and begin at the latest room."""
        self.user = self.query_one("#first-name", Input)
        self.rooms = self.query_one("#first-rooms", RoomList)
        self.address = self.query_one("#first-address", Input)
        self.note = self.query_one("#first-note", Static)
        self.rooms.styles.max_height = self.rooms.option_count  # more than all are no use, fewer scroll
        self.rooms.highlighted = 0
        self.user.select_all()  # what is typed takes its place
        self.call_after_refresh(self._stand)

    def _stand(self) -> None:
        """From now on whoever presses a key sees what it is for."""
        self._early_keys.stand(events.Event().time)
        self._describe_focus()

    def on_key(self, event: events.Key) -> None:
        """What is typed before this stands accepts nothing; what is typed on the way to a room is for that room."""
        early = self._early_keys.has(event.key, event.time)
        letter = event.character if event.is_printable else None
        if early and self._early_keys.is_enter(event.key):
            self._say(notes.EARLY)
        elif early and letter and self.focused is self.user:
            # It set out before the field had the focus, which would have taken it.
            self.user.replace(letter, *self.user.selection)
        elif self.joining.under_way and (letter or event.key == "enter"):
            self.joining.typed_ahead += letter or ""
        else:
            return
        event.stop()

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted on the way to a room is for that room, too."""
        if self.joining.under_way:
            self.joining.typed_ahead += event.text

    # -- how it looks -------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """In a low terminal the headings and gaps go."""
        self.set_class(event.size.height >= _ROOMY, "-roomy").set_class(event.size.width >= NARROW, "-wide")

    def _why(self, part: str, reason: str) -> None:
        """Say beside an input what is wrong with it; "" for nothing."""
        why = self.query_one(f"#first-why-{part}", Static)
        if bool(reason) != why.display or reason:
            why.update(f"{GLYPHS['warning']} {reason}")
            why.display = bool(reason)
            self.set_class(any(why.display for why in self.query(".first-why")), "-wrong")

    def _say(self, text: str, kind: Kind = "info") -> None:
        self.note.update(f"{GLYPHS[kind]} {text}")
        self.note.set_class(kind == "warning", "-warning")

    def on_descendant_focus(self) -> None:
        """Say what this is for."""
        self._describe_focus()

    def _describe_focus(self) -> None:
        if not self._early_keys.over or self.joining.under_way:
            return
        if self.focused is self.user:
            self._say(notes.EARLY if self._early_keys.entered else notes.NAME)
        else:
            self._early_keys.entered = False
            self._describe()

    def _describe(self) -> None:
        """Say what the place under the cursor is."""
        self._say(notes.note_on(self.rooms.chosen, self._here, answers=self._here_answers))

    # -- is anybody there? --------------------------------------------------------------------------------------

    def on_screen_resume(self) -> None:
        """Look whether a room runs here, as long as this can be seen."""
        self.run_worker(self._look_here(), group="look", exclusive=True)

    def on_screen_suspend(self) -> None:
        """Something else is in front."""
        self.workers.cancel_group(self, "look")

    async def _look_here(self) -> None:
        while True:
            answers = await probe(self._here) is None
            if answers != self._here_answers:
                self._here_answers = answers
                self.rooms.set_remark(self._here, "● answers" if answers else "○ no answer")
                self._propose_place(answers=answers)
                told = self.joining.warned or self.joining.under_way
                if self.rooms.has_focus and self.rooms.chosen == self._here and not told:
                    self._describe()
            await asyncio.sleep(_LOOK_AGAIN)

    def _propose_place(self, *, answers: bool) -> None:
        """Who has not chosen yet begins where Enter leads somewhere, which a room is not that nobody has started."""
        untouched = not self.rooms.has_focus and self.rooms.highlighted == self._place_proposed
        if untouched and not self.joining.under_way and self._rooms[:1] in ([], [self._here]):
            self.rooms.highlighted = self._place_proposed = 0 if answers else self.rooms.option_count - 1

    async def _probe(self, url: str, name: str) -> None:
        error = await probe(url)
        if error is None:
            self.joining.go()
            self.post_message(self.Chosen(url, name))
            return
        from chat_tui.connection.failures import explain  # noqa: PLC0415 - it reads the whole of the library for the connection

        self.joining.no_answer(url)
        self._say(f"{sentence(explain(error, place(url)).reason)} Press Enter again to go there and wait.", "warning")

    def _go(self, url: str) -> None:
        """Go there, if anybody answers, or if this is wanted all the same."""
        name = self._accepted_name()
        if name is None:
            return
        match self.joining.choose(url, unprobed=goes_by_proxy(url)):
            case "go":
                self.post_message(self.Chosen(url, name))
            case "probe":
                self._say(f"Connecting to {place(url)}… Press Esc to stop.")
                self.run_worker(self._probe(url, name), group="probe", exclusive=True)
            case "ignore":
                pass

    def _stop_probing(self) -> None:
        self.workers.cancel_group(self, "probe")
        self.joining.stop()

    def stay(self, why: str = "") -> None:
        """What was chosen did not come about, for this reason; or without one: it is chosen anew."""
        self.joining.stay()
        if why:
            self._say(why, "warning")
        else:
            self._describe_focus()

    # -- what is done -------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """A reason goes when there is none any more; a name that can't be one is told at once."""
        event.stop()
        if event.input is self.address:
            self._why("address", "")
        elif event.value.strip():
            self._why("name", notes.wrong_name(event.value))
        self.joining.forget_answer()
        if self.note.has_class("-warning"):  # what was said of a room is over
            self._describe_focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A name is accepted, an address is gone to."""
        event.stop()
        if event.input is self.user:
            if self._accepted_name() is not None:
                self.set_focus(self.rooms)
            return
        try:
            self._go(parse_url(event.value.strip().removeprefix(_INVITATION)))
        except ConnectionUrlError as error:
            self._why("address", str(error))

    def _accepted_name(self) -> str | None:
        """The name, or None: then the reason stands beside it."""
        reason = notes.wrong_name(self.user.value)
        self._why("name", reason)
        if reason:
            self.set_focus(self.user)
            return None
        return check_name(self.user.value.strip())

    def on_option_list_option_highlighted(self, event: RoomList.OptionHighlighted) -> None:
        """Say what it is."""
        event.stop()
        self.joining.forget_answer()
        self._stop_probing()
        if self.rooms.has_focus:
            self._describe()

    def on_option_list_option_selected(self, event: RoomList.OptionSelected) -> None:
        """Go there."""
        event.stop()
        match event.option_id:
            case "address":
                self.query_one("#first-where").display = True
                self.set_focus(self.address)
            case "start":
                name = self._accepted_name()
                if name is not None and self.joining.state != "going":
                    self._say("Starting a room…")
                    self.joining.go()
                    self.post_message(self.RoomWanted(name))
            case url:
                self._go(str(url))

    async def action_choose(self) -> None:
        """What Enter does."""
        if isinstance(self.focused, Input):
            await self.focused.action_submit()
        else:
            self.rooms.action_select()

    def action_move(self, step: int) -> None:
        """The list, from an input; in it, `step` places on."""
        if self.focused is not self.rooms:
            self.set_focus(self.rooms)
        elif step > 0:
            self.rooms.action_cursor_down()
        else:
            self.rooms.action_cursor_up()

    def action_back(self) -> None:
        """Stop what is under way; else one step back, from the address to the list, from the list to the name."""
        if self.joining.state == "probing":
            self._stop_probing()
            self.joining.stay()
            self._describe()
        elif self.focused is self.address:
            self.query_one("#first-where").display = False
            self._why("address", "")
            self.set_focus(self.rooms)
        else:
            self.set_focus(self.user)
