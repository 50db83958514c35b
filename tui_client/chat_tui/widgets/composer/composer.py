"""The composer: where a message is written, and to whom it goes.

What is typed leaves the composer the moment Enter is pressed, so a second Enter cannot send it twice and what is typed
next cannot be mixed with it. A line that could not be sent comes back by `give_back`.

The privacy rule: a message goes to whom the composer *showed* when Enter was pressed. `Submitted` says who that was,
and text that was written for one person is never put before everyone without a `/to`.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from chat_protocol.commands import CommandSpec
from chat_tui.widgets.composer.completion import Completion, complete, complete_name, modifiers
from chat_tui.widgets.composer.completion_popup import CompletionPopup
from chat_tui.widgets.composer.editor import plain_text
from chat_tui.widgets.composer.frame import ComposerFrame
from chat_tui.widgets.composer.sent_history import SentHistory, addressed
from chat_tui.widgets.markup.cells import one_line


class Composer(ComposerFrame):
    """A multi-line input with a target, a time to live, completion and recall.

    Attributes down: `target`, `temp`, `compact`, `max_length`, `commands`, `names`. It puts its list of completions
    into its own container, first, so that it hides none of the notices there; that container must lay out vertically.
    """

    class Submitted(Message):
        """A line to send, as it was typed; `target` and `temp` are what the composer showed at that moment."""

        def __init__(self, text: str, target: str, temp: str) -> None:
            super().__init__()
            self.text = text
            self.target = target
            self.temp = temp

    class PickRequested(Message):
        """A message is to be picked from the list."""

    class Cancelled(Message):
        """Esc, with nothing of the composer's own left to close."""

    class TempRequested(Message):
        """The next time to live, please."""

    BINDINGS: ClassVar[list[BindingType]] = [
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

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self.commands: Sequence[CommandSpec] = ()
        self.names: Sequence[str] = ()
        self._sent = SentHistory()
        self._popup = CompletionPopup(self.accept)
        self._completion: Completion | None = None
        self._chosen: int | None = None
        self._dismissed: int | None = None
        super().__init__(id=id, classes=classes)

    def on_mount(self) -> None:
        """Put the list of completions where it can float above."""
        if isinstance(self.parent, Widget):
            self.parent.mount(self._popup, before=0)

    def on_key(self, event: events.Key) -> None:  # noqa: ARG002 - Textual's signature
        """A notice has been read."""
        self.clear_notice()

    def on_focus(self) -> None:
        """Draw the cursor, and complete again."""
        self.notify_style_update()
        self._complete()

    def on_blur(self) -> None:
        """Take the cursor away, and the completions."""
        self.notify_style_update()
        self._set_completion(None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Pressing on the chip selects no text."""
        if self.chip_region.contains(event.x, event.y):
            event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """A click on the chip asks for the next time to live."""
        if self.chip_region.contains(event.x, event.y):
            self.action_temp()

    def watch_target(self) -> None:
        """A walk through sent lines was made for the target before."""
        super().watch_target()
        self._sent.stop()

    # Sending

    def action_send(self) -> None:
        """Complete what has no meaning yet, else send; what is blank or too long stays."""
        if self._completion and self._chosen is not None:
            self.accept(self._chosen)
            return
        self.clear_notice(all_kinds=True)
        text = self.text.rstrip().lstrip("\n")
        if not text.strip():
            return
        if (over := len(text) - self.max_length) > 0:
            self.show_notice(f"too long by {over:,}")
            return
        # What deletes itself elsewhere must not live on here.
        if self.temp == "off" and "/temp" not in modifiers(text):
            self._sent.add(text, self.target)
        self._sent.stop()
        self.text = ""
        self.post_message(self.Submitted(text, self.target, self.temp))

    def give_back(self, text: str, reason: str, target: str | None = None) -> None:
        """A line could not be sent: give it back, and say why beside the composer.

        An empty composer gets the text itself. Where something else is being written the two are never joined, as that
        could send one to the audience of the other: the draft stays, and Ctrl+Up brings the refused line.
        `target` is that of the line's `Submitted`; if the composer is set to somebody else by now, the text comes back
        with its `/to`. Default: whom the composer is set to.
        """
        target = self.target if target is None else target
        if self.text.strip():
            self._sent.add(text, target)
            self.show_notice(f"not sent, ctrl+↑ brings it back: {one_line(reason)}", stays=True)
        else:
            self.set_text(addressed(text, target, self.target))
            self.show_notice(one_line(reason))

    def forget(self, text: str) -> None:
        """A message was deleted: nothing recalls its text any more."""
        self._sent.forget(text)

    def action_newline(self) -> None:
        """Begin a new line."""
        self.insert_plain("\n")

    # Keys that mean several things

    def action_up(self) -> None:
        """In completions: up. Empty: pick a message. First row, or a recalled line: recall. Else: one row up."""
        if self._moves_in_list(-1):
            return
        recalled = self._sent.is_recalled(self.text)
        if not self.text and not recalled:
            self.post_message(self.PickRequested())
        elif not ((recalled or self._on_first_row) and self._recall(self._sent.older(self.text, self.target))):
            self.action_cursor_up()

    def action_down(self) -> None:
        """In completions: down. In a recalled line: newer. Else: one row down."""
        if self._moves_in_list(1):
            return
        if not (self._sent.is_recalled(self.text) and self._recall(self._sent.newer(self.text))):
            self.action_cursor_down()

    def action_older(self) -> None:
        """Recall the line sent before."""
        self.clear_notice(all_kinds=True)
        self._recall(self._sent.older(self.text, self.target))

    def action_newer(self) -> None:
        """Recall the line sent after, at the end the draft."""
        self._recall(self._sent.newer(self.text))

    def action_pick(self) -> None:
        """Pick a message."""
        self.post_message(self.PickRequested())

    def action_temp(self) -> None:
        """Ask for the next time to live."""
        self.post_message(self.TempRequested())

    def action_cancel(self) -> None:
        """Close the completions, or else cancel."""
        self.clear_notice(all_kinds=True)
        if self._completion:
            self._dismissed = self._completion.start
            self._set_completion(None)
        else:
            self.post_message(self.Cancelled())

    @property
    def _on_first_row(self) -> bool:
        return self.wrapped_document.location_to_offset(self.cursor_location).y == 0

    def _recall(self, line: str | None) -> bool:
        """Show a recalled line, if there is one; its completions stay closed."""
        if line is None:
            return False
        self.set_text(line)
        self._set_completion(None)
        return True

    # Completion

    @property
    def _before_cursor(self) -> str:
        return self.document.get_text_range((0, 0), self.cursor_location)

    def watch_selection(self) -> None:
        """The cursor is the one thing that every edit moves."""
        if self.is_mounted:
            self._complete()
            self.show_length()

    def _complete(self) -> None:
        found = complete(self._before_cursor, self.commands, self.names) if self.selection.is_empty else None
        if found is None:
            self._dismissed = None
        elif found.start == self._dismissed:
            found = None
        if found != self._completion:
            self._set_completion(found)

    def _set_completion(self, completion: Completion | None) -> None:
        self._completion = completion
        self._choose(0 if completion and completion.incomplete else None)

    def _choose(self, index: int | None) -> None:
        """Mark the candidate that Enter takes."""
        self._chosen = index
        if self._completion:
            room = self.parent.region.y if isinstance(self.parent, Widget) else 0
            self._popup.show(self._completion, index, room)
        else:
            self._popup.hide()

    def _moves_in_list(self, step: int) -> bool:
        if not self._completion or not self._completion.candidates:
            return False
        at = -1 if self._chosen is None and step > 0 else self._chosen or 0
        self._choose((at + step) % self._popup.shown)
        return True

    def action_complete(self) -> None:
        """Take the marked candidate, or the first; in ordinary text look for a name, and let several be chosen from.

        The focus stays, whatever there is to complete: the next keys are meant for here.
        """
        if self._completion is None and self.selection.is_empty:
            found = complete_name(self._before_cursor, self.names)
            self._set_completion(found)
            if found is not None and len(found.candidates) > 1:
                return
        self.accept(self._chosen or 0)

    def accept(self, index: int) -> None:
        """Put candidate `index` in place of the word being typed."""
        if not self._completion or index >= len(self._completion.candidates):
            return
        insert = plain_text(self._completion.candidates[index].insert)
        before = self._before_cursor
        row, column = self.cursor_location
        # No completion reaches over a line end, so the word begins on the cursor's line.
        start = (row, column - (len(before) - self._completion.start))
        end = (row, column + 1) if self.document[row][column : column + 1] == insert[-1:] == " " else (row, column)
        self.replace(insert, start, end, maintain_selection_offset=False)
