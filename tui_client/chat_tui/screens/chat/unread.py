"""Unread messages: counts those below the screen, and says when the rule above the first of them has been read."""

from typing import Literal

from chat_tui.screens.chat.memory import PlaceMemory
from chat_tui.screens.chat.status import StatusLine
from chat_tui.state.store import Change, Store
from chat_tui.state.view import ViewKey
from chat_tui.widgets.bars.header import HeaderBar
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording import notices

Rule = Literal["unseen", "seen", "read"]
"""What has become of the rule above the first unread message."""


class UnreadMarker:
    """The news that nobody has seen, in the header; and the rule above the first unread message.

    `focused`: is the terminal in the foreground, as far as it says so?
    """

    def __init__(
        self, store: Store, messages: MessageList, header: HeaderBar, status: StatusLine, memory: PlaceMemory
    ) -> None:
        self.focused = True
        self._store = store
        self._messages = messages
        self._header = header
        self._status = status
        self._memory = memory
        self._key = store.views.shown.key
        self._rules: dict[ViewKey, Rule] = {}  # of the views that are not on the screen
        self._rule: Rule = "read"
        self._first = True  # is it the first connection of this run?
        self._missed: tuple[int, int] | None = None  # since the connection was made, and how many of them to us

    # -- news ---------------------------------------------------------------------------------------------------

    def count(self, change: Change) -> None:
        """Count what came while something older is being read, as far as it is still there."""
        if change.switched:
            return  # where the list is in that view is not known yet
        unread = self._store.unread
        if self.focused and self._messages.at_end:
            self._store.seen()
        elif change.added and not self._rule_stands and (first := unread.first_new) in change.added:
            self.mark(first)
        self.show_news()
        if change.changed:
            self.look_at_rule()

    def show_news(self) -> None:
        """Say how many new ones are below what is to be seen."""
        below, unread = not self._messages.at_end, self._store.unread
        self._header.unread = len(unread.news) if below else 0
        self._header.unread_to_you = unread.to_you if below else 0

    def all_seen(self) -> None:
        """The end is in view: nothing is new any more."""
        self._store.seen()
        self._header.unread = self._header.unread_to_you = 0

    # -- the rule -----------------------------------------------------------------------------------------------

    def mark(self, message_id: int | None) -> None:
        """Put the rule above a message; None takes it away."""
        before = self._store.unread.first_unread
        if message_id is None:
            self._store.clear_unread()
        else:
            self._store.mark_unread_from(message_id)
        self._messages.refresh_rows({key for key in (before, self._store.unread.first_unread) if key is not None})
        self._messages.first_unread = self._store.unread.first_unread
        self._rule = "unseen"
        self.look_at_rule()

    @property
    def _rule_stands(self) -> bool:
        """Is there something below the rule that was not read?"""
        return self._store.unread.first_unread is not None and self._rule != "read"

    def look_at_rule(self) -> None:
        """The rule is seen when it is in view, and what is below it is read when one is at the end after that.

        Until it is read it stays; until it is seen, and while it is above the screen, the header leads there.
        """
        where = self._messages.where_unread
        if self.focused and where == "here" and self._rule == "unseen":
            self._rule = "seen"
        if self._rule == "seen" and self.focused and self._messages.at_end:
            self._rule = "read"
        self._header.unread_above = where == "above" and self._rule == "unseen"

    def pass_rule(self) -> None:
        """What is unread is not going to be read."""
        self._rule = "read"
        self._header.unread_above = False
        self.note_read()

    def note_read(self) -> None:
        """What stands at the end of the list is read by who looks there, unless the rule above it was not seen yet."""
        if self.focused and self._messages.at_end and not self._rule_stands:
            self._memory.note_read()

    # -- another view -----------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        """Another view is on the screen, whose rule stands as it stood."""
        self._rules[self._key] = self._rule
        self._key = self._store.views.shown.key
        self._rule = self._rules.pop(self._key, "read")
        self._header.unread_above = False

    # -- after a reconnect --------------------------------------------------------------------------------------

    def follow(self, change: Change) -> None:
        """There is a connection, again or after an earlier run: say how much came meanwhile, and put the rule there."""
        if change.switched:
            self._turn()
        if change.greeted:
            self._missed, self._first = None, change.first
        if change.missed is not None:
            missed, to_you = self._missed or (0, 0)
            again = self._missed is not None
            self._missed = missed + change.missed, to_you + change.missed_to_you
            if (notice := self._missed_notice(change)) and (change.missed or not again):
                self._status.notice(notice)
        if change.unread_from is not None and not self._rule_stands:
            self.mark(change.unread_from)
        if not change.switched:
            self.note_read()

    def _missed_notice(self, change: Change) -> notices.Notice | None:
        missed, to_you = self._missed or (0, 0)
        if self._first:
            return notices.away_notice(missed, to_you) if missed else None
        return notices.back_notice(missed, to_you, anew=change.anew, lost=change.lost)
