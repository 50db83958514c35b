"""Random doings of four people in a room, against a model too simple to be wrong."""

from itertools import product

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chat_protocol.commands import Delete, Say
from chat_protocol.events import Deleted, Message, encode_event
from chat_server.core.entries import NewDeletion, NewMessage
from chat_server.core.room import CommandRefused
from rooms import NumberedRoom

NAMES = ("ana", "bob", "cat", "dan")
_names = st.sampled_from(NAMES)


class Conversation(RuleBasedStateMachine):
    """What each person was shown, what the log has kept, and what must follow from it."""

    part = object  # a timeline, room or builder of syncs to be tried in place of ours

    def __init__(self):
        super().__init__()
        self.chat = NumberedRoom(*NAMES, part=self.part)
        self.now = 0.0
        self.said = 0
        self.kept = {}  # id -> draft of a message that is not deleted
        self.private = {}  # id -> draft of a direct message, for ever
        self.pending = []  # decided, and not kept yet
        self.screens = {name: {} for name in NAMES}  # name -> id -> message
        self.last_seq = 0
        self.past = {0: {name: {} for name in NAMES}}  # number -> the screens at that time

    # -- the model ----------------------------------------------------------------------------------------------

    @property
    def timeline(self):
        """What the server remembers now."""
        return self.chat.timeline

    @property
    def room(self):
        """Its rules, since its last start."""
        return self.chat.room

    def leaving(self):
        """Messages whose deletion is on its way."""
        return {draft.id for draft in self.pending if isinstance(draft, NewDeletion)}

    def expired(self, message):
        """Is its time over?"""
        return message.expires_at is not None and message.expires_at <= self.now

    def visible(self, name, number):
        """May this person name the message in a command?"""
        draft = self.kept.get(number)
        if draft is None or number in self.leaving() or self.expired(draft):
            return False
        return draft.to_id is None or f"~{name}" in (draft.from_id, draft.to_id)

    def decide(self, name, command, words):
        """Decide; when `words` are given, it must be refused in exactly these."""
        answer = None
        try:
            self.pending.append(self.room.decide(f"~{name}", command, self.now))
        except CommandRefused as refused:
            answer = str(refused)
        assert answer == words

    def show(self, name, event):
        """Somebody receives an event."""
        frame = encode_event(event).decode()
        for number, secret in self.private.items():
            if f"~{name}" not in (secret.from_id, secret.to_id):
                assert event.id != number, f"{name} saw the number of a private message"
                assert secret.text not in frame, f"{name} saw a private text"
        if isinstance(event, Deleted):
            assert self.screens[name].pop(event.id, None), f"{name} was told of what {name} never saw, or twice"
        else:
            self.screens[name][event.id] = event

    # -- what people do -----------------------------------------------------------------------------------------

    @rule(
        name=_names,
        to=st.none() | _names,
        lifetime=st.sampled_from([None, 1.0, 2.0, 5.0]),
        back=st.none() | st.integers(-1, 8),
    )
    def say(self, name, to, lifetime, back):
        """A message, perhaps direct, temporary, a reply to something recent, or to nothing that there is."""
        self.said += 1
        reply_to = None if back is None else self.chat.seq - back
        missing = reply_to is not None and not self.visible(name, reply_to)
        command = Say(f"<{self.said}>", to, reply_to, lifetime)
        self.decide(name, command, f"There is no message {reply_to}." if missing else None)

    @rule(name=_names, back=st.integers(-1, 8))
    def delete(self, name, back):
        """Something recent, or nothing that there is."""
        number = self.chat.seq - back
        self.decide(name, Delete(number), None if self.visible(name, number) else f"There is no message {number}.")

    @rule(name=_names)
    def delete_last(self, name):
        """The newest that this person can see."""
        newest = next((number for number in reversed(self.kept) if self.visible(name, number)), None)
        self.decide(name, Delete(), "There is no message to delete." if newest is None else None)
        if newest is not None:
            assert self.pending[-1].id == newest

    @precondition(lambda self: self.pending)
    @rule()
    def keep(self):
        """The log keeps everything that was decided."""
        drafts, self.pending = self.pending, []
        for draft in drafts:
            delivery = self.chat.keep(draft)
            seq = self.chat.seq
            if isinstance(draft, NewMessage):
                self.kept[seq] = draft
                if draft.to_id is not None:
                    self.private[seq] = draft
                assert isinstance(delivery.event, Message)
                assert delivery.event.id == seq
            else:
                del self.kept[draft.id]
                assert isinstance(delivery.event, Deleted)
            assert delivery.event.seq == seq > self.last_seq, "numbers grow"
            self.last_seq = seq
            for name in NAMES:
                if delivery.audience is None or f"~{name}" in delivery.audience:
                    self.show(name, delivery.event)
            self.past[seq] = {name: dict(screen) for name, screen in self.screens.items()}
        self.resume()

    @precondition(lambda self: self.pending)
    @rule()
    def fail(self):
        """The log can't keep what was decided last."""
        self.room.abandon(self.pending.pop())

    @rule()
    def restart(self):
        """The server ends, and starts again with what its log has; what was only decided is gone."""
        self.pending = []
        self.chat.restart()
        self.resume()

    @rule(seconds=st.sampled_from([1.0, 2.0, 30.0]))
    def wait(self, seconds):
        """Time passes."""
        self.now += seconds
        self.resume()

    @rule()
    def ring(self):
        """The alarm rings, whether it was set for now or not."""
        due = {number for number, draft in self.kept.items() if self.expired(draft)} - self.leaving()
        drafts = self.timeline.due(self.now)
        assert sorted(draft.id for draft in drafts) == sorted(due), "each expiry is told once"
        self.pending += drafts

    @rule(name=_names)
    def come_back(self, name):
        """Somebody starts afresh from a greeting."""
        ended = [message for message in self.screens[name].values() if self.expired(message)]  # a deletion is to come
        greeting = self.chat.initial_sync(name, self.now).messages
        self.screens[name] = {message.id: message for message in sorted((*ended, *greeting), key=lambda m: m.id)}

    def resume(self):
        """Everybody comes back who was lost a while ago: each screen shows what one shows that never left."""
        for name, back in product(NAMES, (2, 5)):
            seq = max(0, self.last_seq - back)
            greeting = self.chat.initial_sync(name, self.now, seq)
            before = self.past[seq][name]
            assert (greeting.resumed, greeting.more, greeting.missed) == (True, False, len(greeting.messages))
            assert set(greeting.deleted) <= set(before), f"{name} was told of what {name} never saw"
            assert all(message.id > seq for message in greeting.messages), f"{name} was sent what {name} had"
            screen = [message for number, message in before.items() if number not in greeting.deleted]
            never_left = [message for message in self.screens[name].values() if not self.expired(message)]
            assert [*screen, *greeting.messages] == never_left

    # -- what always holds --------------------------------------------------------------------------------------

    @invariant()
    def a_greeting_is_what_was_delivered(self):
        """For everybody: the messages collected so far, in their order, less what has expired."""
        for name in NAMES:
            shown = [message for message in self.screens[name].values() if not self.expired(message)]
            assert list(self.chat.initial_sync(name, self.now).messages) == shown

    @invariant()
    def the_alarm_is_set(self):
        """No later than the first end of a message whose deletion is not on its way."""
        ends = [
            draft.expires_at
            for number, draft in self.kept.items()
            if draft.expires_at is not None and number not in self.leaving()
        ]
        due = self.timeline.next_due()
        assert not ends or (due is not None and due <= min(ends))
