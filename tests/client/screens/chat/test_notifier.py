"""A terminal in the background is told of what counts; read off what is written to it."""

from chat_protocol.events import Client, Deleted, Init, Message
from chat_tui.screens.chat.notifier import Notifier
from chat_tui.state.store import Store

ANA, BOB, ME = Client("~a", "ana"), Client("~b", "bob"), "~a"
NOW = 1000.0


def message(number, text="hello", to=None, sender=BOB):
    """What somebody said."""
    return Message(number, text, None, sender.id, sender.name, to, NOW, number)


class Terminal:
    """Ana's store, what notices for her, and all that was written."""

    def __init__(self, *past: Message) -> None:
        self.store = Store("t-")
        self.written: list[str] = []
        self.now = 0.0
        self.notifier = Notifier(self.store, self.written.append, lambda: self.now)
        self.notifier.focus(False)
        self.come(Init(past, "e", len(past), False, (), False, {}, NOW, ANA, (ANA, BOB)))

    def come(self, *events) -> str:
        """Take events; returns what was written about them."""
        before = len(self.written)
        self.notifier.follow(self.store.apply_all(events, NOW))
        return "".join(self.written[before:])


def test_the_past_is_no_news():
    """Who enters a room is told of nothing."""
    assert Terminal(message(1, "hi ana")).written == []


def test_who_looks_is_told_of_nothing():
    """A terminal that says nothing of its focus counts as looked at."""
    terminal = Terminal()
    assert Notifier(terminal.store, terminal.written.append).focused
    terminal.notifier.focus(True)
    assert terminal.come(message(1, "hi ana")) == ""


def test_the_text_of_a_message_is_never_in_a_notification():
    """It would outlive the message."""
    terminal = Terminal()
    assert terminal.come(message(1, "ana, the code is 4711")).endswith("\a\x1b]9;chat: bob mentioned you\a")
    terminal.now = 60.0
    assert terminal.come(message(2, "the code is 4711", to=ME)).endswith("\a\x1b]9;chat: direct message from bob\a")
    assert "4711" not in "".join(terminal.written)


def test_own_and_muted_messages_are_no_news():
    """Nor does a mention of somebody else ring."""
    terminal = Terminal()
    assert terminal.come(message(1, "ana", sender=ANA)) == ""
    assert terminal.come(message(2, "hi carl")) == "\x1b[22;2t\x1b]2;(1) chat\a"
    terminal.store.mute("~b", muted=True)
    assert terminal.come(message(3, "hi ana"), message(4, "psst", to=ME)) == ""


def test_a_deletion_takes_its_message_out_of_the_title():
    """And a look brings the old one back."""
    terminal = Terminal()
    terminal.come(message(1), message(2))
    assert terminal.come(Deleted(1, 3)) == "\x1b]2;(1) chat\a"
    terminal.notifier.focus(True)
    assert terminal.written[-1] == "\x1b]2;chat\a\x1b[23;2t"


def test_what_was_missed_without_a_connection_is_news():
    """Whether it was continued or begun again."""
    for resumed in (True, False):
        terminal = Terminal(message(1))
        terminal.store.disconnected()
        missed = () if resumed else (message(1),)
        init = Init((*missed, message(2, "ana!"), message(3)), "e", 3, resumed, (), False, {}, NOW, ANA, (ANA, BOB))
        assert terminal.come(init) == "\x1b[22;2t\x1b]2;(2) chat\a\a\x1b]9;chat: bob mentioned you\a"
