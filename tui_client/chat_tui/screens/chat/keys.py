"""Keys of the chat screen that mean one thing in an empty composer, and another while something is being written."""

from textual import events
from textual.actions import SkipAction
from textual.widget import Widget

from chat_tui.screens.chat.find_keys import FindKeys
from chat_tui.screens.chat.jumps import Jumps
from chat_tui.screens.chat.pager import Pager
from chat_tui.screens.chat.returns import ReturnedLines
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.undo import Undo
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording.notices import Notice


class ChatKeys:
    """Carries a key out, or raises SkipAction where it belongs to the widget that has the focus."""

    def __init__(
        self,
        composer: Composer,
        messages: MessageList,
        find: FindKeys,
        jumps: Jumps,
        undo: Undo,
        returned: ReturnedLines,
        status: StatusLine,
        pager: Pager,
    ) -> None:
        self._composer = composer
        self._messages = messages
        self._find = find
        self._jumps = jumps
        self._undo = undo
        self._returned = returned
        self._status = status
        self._pager = pager

    def typed(self, event: events.Key) -> None:
        """Whoever begins to write while a message is picked goes on in the composer.

        So does who began before there was one: such a key comes here, though the composer has the focus by now.
        """
        if event.key.startswith("alt+"):
            return
        if self._focused in (self._messages, self._composer, None) and event.is_printable and event.character:
            if self._find.take(event):
                return
            event.stop()
            self._messages.close_pick()
            self._composer.screen.set_focus(self._composer)
            self._composer.insert_plain(event.character)

    def pasted(self, event: events.Paste) -> None:
        """A paste that no field has taken goes where a letter would go."""
        event.stop()
        if self._find.take_paste(event.text):
            return
        self._messages.close_pick()
        self._composer.screen.set_focus(self._composer)
        self._composer.insert_plain(event.text)

    def page(self, pages: int) -> None:
        """Leaf through the messages, whether they have the focus or the composer has it."""
        if self._focused not in (self._composer, self._messages):
            raise SkipAction
        self._messages.action_page_up() if pages < 0 else self._messages.action_page_down()

    def newest(self) -> None:
        """To the newest message; while something is being written, End is the composer's."""
        if self._focused is not self._composer or self._composer.text:
            raise SkipAction
        self._jumps.to_newest()

    def first_unread(self) -> None:
        """To the first unread message; while something is being written, Home is the composer's."""
        if self._focused is not self._composer or self._composer.text:
            raise SkipAction
        self._pager.open_first_unread()

    def must_be_at_end(self) -> None:
        """Go on only where nothing stands right of the cursor: there the key deletes nothing."""
        composer = self._composer
        if self._focused is not composer or composer.cursor_location != composer.get_cursor_line_end_location():
            raise SkipAction
        if composer.cursor_location[0] < composer.document.line_count - 1:
            raise SkipAction

    def back(self) -> None:
        """Back from where a jump led; while something is being written, Backspace is the composer's."""
        if not self._messages.can_go_back or self._focused not in (self._composer, self._messages) or self._writing:
            raise SkipAction
        self._jumps.go_back()

    def undo(self) -> None:
        """Take the last line or deletion back; while something is being written, that is the composer's undo."""
        if not self._undo.possible or self._writing:
            raise SkipAction
        self._returned.take_back()

    def empty(self) -> None:
        """Empty the composer, as a shell does its line; what is selected, here or in the messages, is copied."""
        if not self._writing or self._composer.selected_text or self._composer.screen.selections:
            raise SkipAction
        self._composer.clear()
        self._composer.clear_notice()  # as with any key, but this one does not get there
        self._status.notice(Notice("info", "Cleared. Ctrl+Z brings it back.", seconds=4))

    @property
    def _focused(self) -> Widget | None:
        return self._composer.screen.focused

    @property
    def _writing(self) -> bool:
        return self._focused is self._composer and bool(self._composer.text)
