"""The compose area: a container that owns the composer and the bars above it, and answers what they post."""

from typing import TYPE_CHECKING

from textual.containers import Vertical

from chat_tui.screens.chat.addressing import TEMPS
from chat_tui.screens.chat.autosave import DraftAutosave
from chat_tui.screens.chat.find_keys import FindKeys
from chat_tui.screens.chat.recipient import Recipient
from chat_tui.screens.chat.submission import Submission
from chat_tui.screens.chat.timeline import TimelinePresenter
from chat_tui.widgets.bars.banner import Banner
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.composer.reply_bar import ReplyBar

if TYPE_CHECKING:
    from chat_tui.widgets.bars.find import SearchBar


class ComposeArea(Vertical):
    """Banner, find bar, reply bar, composer."""

    def __init__(
        self,
        banner: Banner,
        reply_bar: ReplyBar,
        composer: Composer,
        recipient: Recipient,
        drafts: DraftAutosave,
        submission: Submission,
        find: FindKeys,
        timeline: TimelinePresenter,
    ) -> None:
        super().__init__(banner, reply_bar, composer, id="foot")
        self._composer = composer
        self._recipient = recipient
        self._drafts = drafts
        self._submission = submission
        self._find = find
        self._timeline = timeline

    # -- the composer -------------------------------------------------------------------------------------------

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        """A line is to be sent."""
        self._submission.submit(event)

    def on_composer_cancelled(self) -> None:
        """One step back: the search, the picked message, the reply, the private target."""
        if not (self._find.end() or self._timeline.close_pick()):
            self._recipient.step_back(writing=bool(self._composer.text))

    def on_composer_pick_requested(self) -> None:
        """The newest message."""
        self._timeline.begin_pick()

    def on_composer_temp_requested(self) -> None:
        """The next time to live."""
        self.next_temp()

    def next_temp(self) -> None:
        """Offer the next time to live."""
        labels = list(TEMPS)
        self._composer.temp = labels[(labels.index(self._composer.temp) + 1) % len(labels)]
        self._drafts.changed()  # what is to delete itself is not written down, nor what was written before

    def on_text_area_changed(self) -> None:
        """Something is being written."""
        self._drafts.changed()

    def on_unmount(self) -> None:
        """What is being written at the end is there again at the next start."""
        self._drafts.close()

    # -- the bars -----------------------------------------------------------------------------------------------

    def on_reply_bar_cancelled(self) -> None:
        """No reply."""
        self._recipient.reply_to(None)

    def on_search_bar_typed(self, event: "SearchBar.Typed") -> None:
        """Find it."""
        self._find.look_for(event.phrase)

    def on_search_bar_stepped(self, event: "SearchBar.Stepped") -> None:
        """To the next one."""
        self._find.step(event.by)

    def on_search_bar_confirmed(self) -> None:
        """The letters are the list's now."""
        self._find.confirm()

    def on_search_bar_closed(self) -> None:
        """Back to where one was reading, and to the composer."""
        self._find.close()
