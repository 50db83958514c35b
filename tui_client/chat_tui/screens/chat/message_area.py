"""The part of the chat screen that does what is asked of a message in the list."""

from chat_tui.screens.chat.compose_area import WritingScreen
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording.notices import Notice


class ReadingScreen(WritingScreen):
    """A screen whose messages can be picked and clicked."""

    def on_message_list_scrolled(self) -> None:
        """At the end nothing is new any more."""
        self.timeline.keep_what_is_read()
        self.timeline.show_news()
        self.attend()

    def on_message_list_picked(self) -> None:
        """The keys are the actions' now, unless something is being written. What was looked for is found."""
        self.search.close(stay=True)
        if not self.composer.text:
            self.set_focus(self.messages)

    def on_message_list_pick_closed(self, event: MessageList.PickClosed) -> None:
        """Back to the composer; but where the message went by itself, no key may mean something else all at once."""
        if event.gone and self.focused is self.messages:
            self.status.notice(Notice("info", "That message is gone.", seconds=4))
        else:
            self.set_focus(self.composer)

    def on_message_list_author_clicked(self, event: MessageList.AuthorClicked) -> None:
        """Write to whoever wrote this."""
        self.actions.write_to_author(event.key)

    def on_message_list_preview_clicked(self, event: MessageList.PreviewClicked) -> None:
        """The list has gone to what was replied to."""
        if self.store.is_unloaded(event.parent_key):
            self.open_message(event.parent_key, event.key)
        else:
            self.actions.jumped(event.parent_key)

    def on_message_list_link_clicked(self, event: MessageList.LinkClicked) -> None:
        """Open an address of the web."""
        self.actions.open(event.url)

    def on_message_list_action_chosen(self, event: MessageList.ActionChosen) -> None:
        """Carry out an action of the strip."""
        self.messages.close_pick()
        if not self.led_elsewhere(event.name, event.key):
            self.actions.carry_out(event.name, event.key)
        self.set_focus(self.composer)
