"""The message area: a container that owns the message list and answers what the list posts."""

from textual.containers import Vertical
from textual.widgets import Static

from chat_tui.screens.chat.find import Find
from chat_tui.screens.chat.focus import FocusTracker
from chat_tui.screens.chat.message_actions import MessageActions
from chat_tui.screens.chat.pager import Pager
from chat_tui.screens.chat.status import StatusLine
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording.notices import Notice


class MessageArea(Vertical):
    """The messages, or a sentence where there are none."""

    def __init__(
        self,
        empty: Static,
        messages: MessageList,
        focus: FocusTracker,
        find: Find,
        pager: Pager,
        actions: MessageActions,
        composer: Composer,
        status: StatusLine,
    ) -> None:
        super().__init__(empty, messages, id="stream")
        self._messages = messages
        self._focus = focus
        self._find = find
        self._pager = pager
        self._actions = actions
        self._composer = composer
        self._status = status

    # -- scrolling ----------------------------------------------------------------------------------------------

    def on_message_list_scrolled(self) -> None:
        """The end has come into view, or left it."""
        self._focus.scrolled()

    def on_message_list_unread_moved(self) -> None:
        """The rule has come into view, or left it."""
        self._focus.look()

    def on_message_list_near_start(self) -> None:
        """Fetch the older ones before they are needed."""
        self._pager.start_is_near()

    def on_message_list_edge_clicked(self, event: MessageList.EdgeClicked) -> None:
        """Load what is missing there."""
        self._pager.load_beside(event.key, older=event.older)

    # -- one message --------------------------------------------------------------------------------------------

    def on_message_list_picked(self) -> None:
        """The keys are the actions' now, unless something is being written. What was looked for is found."""
        self._find.close(stay=True)
        if not self._composer.text:
            self.screen.set_focus(self._messages)

    def on_message_list_pick_closed(self, event: MessageList.PickClosed) -> None:
        """Back to the composer; but where the message went by itself, no key may mean something else all at once."""
        if event.gone and self.screen.focused is self._messages:
            self._status.notice(Notice("info", "That message is gone.", seconds=4))
        else:
            self.screen.set_focus(self._composer)

    def on_message_list_author_clicked(self, event: MessageList.AuthorClicked) -> None:
        """Write to whoever wrote this."""
        self._actions.write_to_author(event.key)

    def on_message_list_preview_clicked(self, event: MessageList.PreviewClicked) -> None:
        """The list has gone to what was replied to."""
        self._pager.jumped_to_parent(event.parent_key, event.key)

    def on_message_list_link_clicked(self, event: MessageList.LinkClicked) -> None:
        """Open an address of the web."""
        self._actions.open(event.url)

    def on_message_list_action_chosen(self, event: MessageList.ActionChosen) -> None:
        """Carry out an action of the strip."""
        self._messages.close_pick()
        self._actions.carry_out(event.name, event.key)
        self.screen.set_focus(self._composer)
