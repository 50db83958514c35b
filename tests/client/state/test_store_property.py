"""Init followed by live events equals a fresh init, at whatever points the connection was cut."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.events import Client, ClientsChanged, Deleted, Init, Message
from chat_tui.state.store import Store

YOU = Client("~you", "you")
PEOPLE = [Client(f"~{n}", f"name{n}") for n in range(4)]

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.integers(0, 3), st.sampled_from([None, None, 5.0, 20.0])),
        st.tuples(st.just("edit"), st.integers(0, 50), st.sampled_from([None, 5.0, 20.0])),
        st.tuples(st.just("delete"), st.integers(0, 50)),
        st.tuples(st.just("join"), st.integers(0, 3), st.sampled_from(["", "neu"])),
        st.tuples(st.just("leave"), st.integers(0, 3)),
        st.tuples(st.just("tick"), st.integers(1, 9)),
        st.tuples(st.just("cut")),
        st.tuples(st.just("resume")),
        st.tuples(st.just("repeat")),
    ),
    max_size=60,
)


class Room:
    """A server as small as can be: the state, and the events that tell of it."""

    def __init__(self):
        self.now = 1000.0
        self.seq = 0
        self.messages = {}
        self.deletions = {}
        self.clients = {YOU.id: YOU.name}
        self.live = []

    def say(self, who, lifetime):
        """Somebody says something."""
        self.seq += 1
        sender = PEOPLE[who]
        expires_at = None if lifetime is None else self.now + lifetime
        self.messages[self.seq] = Message(
            self.seq, f"text {self.seq}", None, sender.id, sender.name, None, self.now, self.seq, expires_at
        )
        self.live.append(self.messages[self.seq])

    def edit(self, which, lifetime):
        """Somebody gives one of the messages another text, and another end: it is sent again with a newer seq."""
        if self.messages:
            self.seq += 1
            number = list(self.messages)[which % len(self.messages)]
            expires_at = None if lifetime is None else self.now + lifetime
            self.messages[number] = msgspec.structs.replace(
                self.messages[number], text=f"text {self.seq}", seq=self.seq, expires_at=expires_at
            )
            self.live.append(self.messages[number])

    def delete(self, which):
        """Somebody deletes one of the messages."""
        if self.messages:
            self.gone(list(self.messages)[which % len(self.messages)])

    def gone(self, number):
        """A message ends."""
        self.seq += 1
        del self.messages[number]
        self.deletions[number] = self.seq
        self.live.append(Deleted(number, self.seq))

    def join(self, who, suffix):
        """Somebody comes, or takes another name."""
        client = Client(PEOPLE[who].id, PEOPLE[who].name + suffix)
        self.clients[client.id] = client.name
        self.live.append(ClientsChanged((client,), ()))

    def leave(self, who):
        """Somebody goes."""
        self.clients.pop(PEOPLE[who].id, None)
        self.live.append(ClientsChanged((), (PEOPLE[who].id,)))

    def tick(self, seconds):
        """Time passes."""
        self.now += seconds
        for message in list(self.messages.values()):
            if message.expires_at is not None and message.expires_at <= self.now:
                self.gone(message.id)

    def greet(self, resume=None):
        """The first event, in full or from a resume point."""
        since = int(resume.partition(".")[2]) if resume else 0
        return Init(
            messages=tuple(message for message in self.messages.values() if message.seq > since),
            epoch="e1",
            seq=self.seq,
            resumed=resume is not None,
            deleted=tuple(number for number, seq in self.deletions.items() if seq > since) if resume else (),
            more=False,
            limits={},
            now=self.now,
            you=YOU,
            clients=tuple(Client(*pair) for pair in self.clients.items()),
        )


def picture(store):
    """All that can be seen of a store."""
    return (
        list(store.messages.items()),
        store.people.clients,
        store.people.you,
        store.seq,
        store.epoch,
        store.next_expiry(),
    )


@given(ACTIONS)
def test_events_lead_where_a_fresh_init_leads(actions):
    """Cuts, resumes, repeated frames and expiry change nothing about that, and the changes told add up to it."""
    room, store, drawn, connected, last = Room(), Store("t"), {}, True, []

    def draw(change):
        nonlocal drawn
        fresh = {number: store.messages[number] for number in (*change.changed, *change.added)}
        kept = {number: message for number, message in drawn.items() if number not in change.removed}
        assert not kept.keys() & set(change.added)
        assert kept.keys() >= set(change.changed)
        drawn = dict(store.messages) if change.reset else kept | fresh
        assert list(drawn.items()) == list(store.messages.items())
        assert [store.history.before(number) for number in drawn] == [None, *store.messages.values()][: len(drawn)]

    draw(store.apply(room.greet(), 0.0))
    for name, *arguments in actions:
        if name == "cut":
            connected = False
            store.disconnected()
        elif name == "resume":
            connected, room.live = True, []
            draw(store.apply(room.greet(store.resume_point), room.now - 1000.0))
        elif name == "repeat":
            draw(store.apply_all(last, room.now - 1000.0))
        else:
            getattr(room, name)(*arguments)
        if connected and room.live:
            last = [event for event in room.live if not isinstance(event, ClientsChanged)]
            draw(store.apply_all(room.live, room.now - 1000.0))
        if connected:
            room.live = []
        draw(store.expire(room.now - 1000.0))
    draw(store.apply(room.greet(store.resume_point), room.now - 1000.0))
    fresh = Store("t")
    fresh.apply(room.greet(), room.now - 1000.0)
    assert picture(store) == picture(fresh)
