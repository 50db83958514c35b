"""The composer: the field in which a message is written, with the person or the room to which it goes.

What is typed leaves the composer the moment Enter is pressed, so a second Enter cannot send it twice and what is typed
next cannot be mixed with it. A line that could not be sent comes back by `give_back`.

The privacy rule: a message goes to whom the composer *showed* when Enter was pressed. `Submitted` says who that was,
and text that was written for one person is never put before everyone without a `/to`.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from chat_protocol.commands import CommandSpec
from chat_tui.widgets.composer.completer import Completer
from chat_tui.widgets.composer.completion import modifiers
from chat_tui.widgets.composer.editor import ComposerEditor
from chat_tui.widgets.composer.frame import FRAME_CSS, ComposerFrame
from chat_tui.widgets.composer.recall import Recall
from chat_tui.widgets.composer.sent_history import SentHistory

_KEYS: list[BindingType] = [
    Binding("enter", "send", "Send", id="composer.send"),
    Binding("ctrl+j,alt+enter,shift+enter", "newline", "New line", show=False, id="composer.newline"),
    Binding("up", "up", "Up", show=False, id="composer.up"),
    Binding("down", "down", "Down", show=False, id="composer.down"),
    Binding("alt+up,alt+down", "pick", "Pick message", key_display="⌥↑", id="composer.pick"),
    Binding("ctrl+up", "older", "Older sent line", show=False, id="composer.older"),
    Binding("ctrl+down", "newer", "Newer sent line", show=False, id="composer.newer"),
    Binding("tab", "complete", "Complete", show=False, id="composer.complete"),
    Binding("escape", "cancel", "Cancel", show=False, id="composer.cancel"),
    Binding("ctrl+l", "temp", "Temporary", show=False, id="composer.temp"),
]


class Composer(ComposerEditor):
    """A multi-line input with a target, a time to live, completion and recall.

    Attributes down: `target`, `room`, `temp`, `compact`, `max_length`, `commands`, `names`, `names_for` some of
    the commands. Completions go into its own container, first, hiding no notice there; that must lay out vertically.
    """

    class Submitted(Message):
        """A line to send, as it was typed; the others are what the composer showed at that moment."""

        def __init__(self, text: str, target: str, temp: str, room: str = "") -> None:
            super().__init__()
            self.text, self.temp = text, temp
            self.target, self.room = target, room
            self.audience = target or room

    class PickRequested(Message):
        """A message is to be picked from the list."""

    class Cancelled(Message):
        """Esc, with nothing of the composer's own left to close."""

    class TempRequested(Message):
        """The next time to live, please."""

    BINDINGS: ClassVar[list[BindingType]] = _KEYS
    DEFAULT_CSS = FRAME_CSS

    target: reactive[str] = reactive("")
    """Who gets the message: "" is everyone in the room, else a name."""
    room: reactive[str] = reactive("")
    """The room that it is said in: "" is where everyone is, else "# dev"; `NOWHERE` where nothing can be said."""
    temp: reactive[str] = reactive("off")
    """How long the message lives, in words: "off", "30 s"."""
    max_length: reactive[int] = reactive(4096)
    """Characters that a message may have."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  # Textual's own name
        self.commands: Sequence[CommandSpec] = ()
        self.names: Sequence[str] = ()
        self.names_for: Mapping[str, Sequence[str]] = {}
        self._sent = SentHistory()
        self._recall = Recall(self, self._sent)
        self._completer = Completer(self, lambda: (self.commands, self.names, self.names_for))
        self._frame = ComposerFrame(self)
        super().__init__(id=id, classes=classes)

    def on_key(self, event: events.Key) -> None:  # noqa: ARG002  # Textual's signature
        """A notice has been read."""
        self.clear_notice()

    def type_character(self, character: str) -> None:
        """A notice has been read."""
        self.clear_notice()
        super().type_character(character)

    def on_focus(self) -> None:
        """Draw the cursor, and complete again."""
        self.notify_style_update()
        self._completer.update()

    def on_blur(self) -> None:
        """Take the cursor away, and the completions."""
        self.notify_style_update()
        self._completer.close()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Pressing on the chip selects no text."""
        if self.chip_region.contains(event.x, event.y):
            event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """A click on the chip asks for the next time to live."""
        if self.chip_region.contains(event.x, event.y):
            self.action_temp()

    def on_resize(self) -> None:
        """The title makes room for the chip."""
        self._show_title()

    def watch_selection(self) -> None:
        """The cursor is the one thing that every edit moves."""
        if self.is_mounted:
            self._completer.update()
            self._show_length()

    # To whom, and for how long

    def watch_target(self) -> None:
        """Say in words and colour who reads this; a walk through sent lines was made for the target before."""
        self.set_class(bool(self.target), "-private")
        self._show_title()
        self._sent.stop()

    watch_room = watch_target

    def watch_temp(self) -> None:
        """Show the chip anew."""
        self._show_title()
        self.refresh()

    def watch_compact(self) -> None:
        """Change between border and rows."""
        super().watch_compact()
        self._show_title()

    @property
    def chip_region(self) -> Region:
        """Where the chip is, from the top left of the widget, border included; empty while it is not shown."""
        return self._frame.chip_region(self.target, self.temp)

    def _show_title(self) -> None:
        self._frame.show_title(self.target, self.temp, self.room)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows, with the chip laid over the first."""
        return self._frame.lay_chip(super().render_lines(crop), crop, self.target, self.temp)

    # What is wrong

    def show_notice(self, text: str, *, stays: bool = False) -> None:
        """Show a problem until the next key; `stays`: until the draft is sent, recalled over or escaped."""
        self._frame.set_notice(text, stays=stays)
        self._show_length()

    def clear_notice(self, *, all_kinds: bool = False) -> None:
        """Take the problem away, if its time has come."""
        if self._frame.clear_notice(all_kinds=all_kinds):
            self._show_length()

    def _show_length(self) -> None:
        self._frame.show_length(len(_to_send(self.text)), self.max_length)

    watch_max_length = _show_length

    # Sending

    def action_send(self) -> None:
        """Complete what has no meaning yet, else send; what is blank or too long stays."""
        if self._completer.chosen is not None:
            self._completer.accept(self._completer.chosen)
            return
        self.clear_notice(all_kinds=True)
        text = _to_send(self.text)
        if not text.strip():
            return
        if (over := len(text) - self.max_length) > 0:
            self.show_notice(f"too long by {over:,}")
            return
        # What deletes itself elsewhere must not live on here.
        if self.temp == "off" and "/temp" not in modifiers(text):
            self._sent.add(text, self.target or self.room)
        self._sent.stop()
        self.text = ""
        self.post_message(self.Submitted(text, self.target, self.temp, self.room))

    def give_back(self, text: str, reason: str, target: str | None = None) -> None:
        """A line to `target`, by default to whom we write now, could not be sent: give it back, and say why."""
        self._recall.give_back(text, reason, self.target or self.room if target is None else target)

    def forget(self, text: str) -> None:
        """A message was deleted: nothing recalls its text any more."""
        self._sent.forget(text)

    def insert_plain(self, text: str) -> int:
        """Insert, and say how much of it did not fit."""
        if lost := super().insert_plain(text):
            self.show_notice(f"{lost:,} more did not fit")
        return lost

    def action_newline(self) -> None:
        """Begin a new line."""
        self.insert_plain("\n")

    # Keys that mean several things

    def action_up(self) -> None:
        """In completions: up. Empty: pick a message. First row, or a recalled line: recall. Else: one row up."""
        if self._completer.move(-1):
            return
        recalled = self._recall.is_shown
        on_first_row = self.wrapped_document.location_to_offset(self.cursor_location).y == 0
        if not self.text and not recalled:
            self.post_message(self.PickRequested())
        elif not ((recalled or on_first_row) and self._recall.older()):
            self.action_cursor_up()

    def action_down(self) -> None:
        """In completions: down. In a recalled line: newer. Else: one row down."""
        if not (self._completer.move(1) or (self._recall.is_shown and self._recall.newer())):
            self.action_cursor_down()

    def action_older(self) -> None:
        """Recall the line sent before."""
        self.clear_notice(all_kinds=True)
        self._recall.older()

    def action_newer(self) -> None:
        """Recall the line sent after, at the end the draft."""
        self._recall.newer()

    def action_pick(self) -> None:
        """Pick a message."""
        self.post_message(self.PickRequested())

    def action_temp(self) -> None:
        """Ask for the next time to live."""
        self.post_message(self.TempRequested())

    def action_cancel(self) -> None:
        """Close the completions, or else cancel."""
        self.clear_notice(all_kinds=True)
        if self._completer.is_open:
            self._completer.dismiss()
        else:
            self.post_message(self.Cancelled())

    def action_complete(self) -> None:
        """Take the marked candidate, or the first; in ordinary text look for a name. The focus stays."""
        self._completer.complete()

    def show_recalled(self, line: str) -> None:
        """Show a line that was sent; its completions stay closed."""
        self.set_text(line)
        self._completer.close()


def _to_send(text: str) -> str:
    return text.rstrip().lstrip("\n")
