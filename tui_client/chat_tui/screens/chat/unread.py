"""Unread messages: counts those below the screen, and says when the rule above the first of them has been read."""

from typing import Literal

from chat_tui.screens.chat.memory import PlaceMemory
from chat_tui.screens.chat.status import StatusLine
from chat_tui.state.store import Change, Store
from chat_tui.widgets.bars.header import HeaderBar
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording import notices


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
        self._news: set[int] = set()  # came while something older was being read, or nobody was looking
        self._news_to_you: set[int] = set()
        self._rule: Literal["unseen", "seen", "read"] = "read"

    # -- news ---------------------------------------------------------------------------------------------------

    def count(self, change: Change) -> None:
        """Count what came while something older is being read, as far as it is still there."""
        if change.reset:
            self._news.clear()
        self._news.difference_update(change.removed)
        messages = self._store.messages
        if change.added and not (self.focused and self._messages.at_end):
            added = [number for number in change.added if self._is_heard(number)]
            if added and not self._news and not self._rule_stands:
                self.mark(added[0])
            self._news.update(added)
            self._news_to_you.update(number for number in added if self._store.people.is_to_you(messages[number]))
        self._news_to_you &= self._news
        self.show_news()
        if change.changed:
            self._forget_muted()

    def show_news(self) -> None:
        """Say how many new ones are below what is to be seen."""
        below = not self._messages.at_end
        self._header.unread = len(self._news) if below else 0
        self._header.unread_to_you = len(self._news_to_you) if below else 0

    @property
    def unseen_by_everyone(self) -> int:
        """How many of the new messages are for everyone."""
        messages = self._store.messages
        return sum(number in messages and messages[number].to_id is None for number in self._news)

    def _forget_muted(self) -> None:
        """What is not listened to is no news."""
        self._news = {number for number in self._news if number in self._store.messages and self._is_heard(number)}
        self._news_to_you &= self._news
        self.show_news()
        self.look_at_rule()

    def all_seen(self) -> None:
        """The end is in view: nothing is new any more."""
        self._news.clear()
        self._news_to_you.clear()
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

    # -- after a reconnect --------------------------------------------------------------------------------------

    def follow(self, change: Change) -> None:
        """There is a connection, again or after an earlier run: say how much came meanwhile, and put the rule there."""
        if change.missed is not None:
            if notice := self._missed_notice(change):
                self._status.notice(notice)
            self._mark_missed(change.missed)
        self.note_read()

    def _missed_notice(self, change: Change) -> notices.Notice | None:
        missed, to_you = change.missed or 0, change.missed_to_you
        if change.first:
            return notices.away_notice(missed, to_you) if missed else None
        return notices.back_notice(missed, to_you, anew=change.anew, lost=change.lost)

    def _mark_missed(self, missed: int) -> None:
        """Put the rule above the first of the newest `missed` messages of others; above older news it stays."""
        since = self._store.unread.away_since or 0
        others = [number for number in self._store.messages if number >= since and self._is_heard(number)]
        if missed and others and len(self._news) <= missed and not self._rule_stands:
            self.mark(others[-missed:][0])

    def _is_heard(self, message_id: int) -> bool:
        return self._store.people.is_heard(self._store.messages[message_id])
