"""Keys of the find bar: open it, step through what was found, type on, and give it up."""

from textual import events
from textual.actions import SkipAction

from chat_tui.screens.chat.find import Find
from chat_tui.screens.chat.timeline import TimelinePresenter
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.messages.message_list import MessageList


class FindKeys:
    """Carries out what is pressed while something is looked for; where nothing is, the key is not ours."""

    def __init__(self, find: Find, messages: MessageList, timeline: TimelinePresenter, composer: Composer) -> None:
        self._find = find
        self._messages = messages
        self._timeline = timeline
        self._composer = composer

    async def open(self, phrase: str = "") -> None:
        """Ask what to look for, or go on asking."""
        bar = self._find.bar
        if bar is None:
            self._messages.close_pick()
            # Made when it is needed: what is there from the start delays the first frame.
            from chat_tui.widgets.bars.find import SearchBar  # noqa: PLC0415 - not before the first frame

            screen = self._composer.screen
            await screen.query("#search").remove()  # the one before may be on its way out
            await screen.query_one("#foot").mount(bar := SearchBar(id="search"), before=self._composer)
            self._find.open(bar)
        if phrase:
            bar.phrase = phrase
        bar.type_on()

    def look_for(self, phrase: str) -> None:
        """Another phrase was typed."""
        self._find.look_for(phrase)

    def step(self, by: int) -> None:
        """To the next older find (1), or the next newer one (-1), as the bar says."""
        self._find.step(by)

    def step_by_letter(self, by: int) -> None:
        """The same by a letter, which is that only where the messages have the focus, and none is picked."""
        if self._find.bar is None or not self._in_messages or self._messages.picked is not None:
            raise SkipAction
        self._find.step(by)

    def pick(self) -> None:
        """From the phrase to the message that it was found in."""
        if self._find.bar is None:
            raise SkipAction
        self._timeline.begin_pick()

    def take(self, event: events.Key) -> bool:
        """A letter typed at the messages: a key of the search, or more of its phrase; False without a search."""
        bar = self._find.bar
        if bar is None or not self._in_messages or event.character is None:
            return False
        if event.key not in self._messages.screen.active_bindings:
            event.stop()
            bar.type_on(event.character)
        return True

    def take_paste(self, text: str) -> bool:
        """A paste at the messages is more of the phrase; False without a search."""
        bar = self._find.bar
        if bar is None or not self._in_messages:
            return False
        bar.type_on(text)
        return True

    def confirm(self) -> None:
        """The phrase is complete: the letters are the list's now."""
        if self._find.bar is not None:
            self._find.bar.let_go()
        self._messages.screen.set_focus(self._messages)

    def end(self) -> bool:
        """Go back to where one was reading; False where nothing was looked for."""
        was_open = self._find.bar is not None
        self._find.close()
        return was_open

    def close(self) -> None:
        """The same, and back to the composer."""
        self._find.close()
        self._composer.screen.set_focus(self._composer)

    @property
    def _in_messages(self) -> bool:
        return self._messages.screen.focused is self._messages
