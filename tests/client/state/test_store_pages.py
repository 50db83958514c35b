"""Older messages come in pages: in whatever order, the store is the server's record as far as it was given."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.commands import parse_command
from chat_protocol.events import Client, Deleted, HistoryPage, Init, Message, Refusal
from chat_tui.state.store import Store
from client.state.test_store import ANA, BOB, direct, init, message, store_with


def page(store, *messages, more=False, before=None):
    """The answer to what was asked, as the store takes it."""
    pending = store.pages.pending
    return store.apply(HistoryPage(before or pending.before, messages, more, pending.txn), 0.0)


def asked(store, before, **count):
    """The command that goes out."""
    line = store.pages.request(before, **count)
    return None if line is None else parse_command(line)


def numbers(first, last):
    """Messages of bob's, both ends included."""
    return [message(number) for number in range(first, last + 1)]


def test_a_page_is_asked_for_once():
    """With a token of its own; nothing else is asked until the answer is there."""
    store = store_with(*numbers(300, 301), more=True)
    command = asked(store, 300)
    assert (command.before, command.count) == (300, 200)
    assert command.txn == store.pages.pending.txn
    assert asked(store, 300) is None
    assert store.pages.asked_before == 300
    assert page(store, *numbers(290, 299), more=True).page == "loaded"
    assert asked(store, 290, count=100).txn != command.txn


def test_a_page_is_put_before_the_others():
    """What comes is told as inserted; where the server says that nothing is older, nothing is missing any more."""
    store = store_with(*numbers(30, 31), more=True)
    assert store.history.gap_above(30) == (1, 30)
    store.pages.request(30)
    change = page(store, *numbers(20, 29), more=True)
    assert (change.inserted, change.added, change.reset, change.edges) == ([*range(20, 30)], [], False, True)
    assert (store.history.gap_above(20), store.history.gap_above(30), store.history.more) == ((1, 20), None, True)
    store.pages.request(20)
    assert page(store, *numbers(3, 5)).inserted == [3, 4, 5]
    assert list(store.messages) == [3, 4, 5, *range(20, 32)]
    assert not store.history.more
    assert store.history.before(20).id == 5


def test_answers_to_other_questions_change_nothing():
    """Neither a page that nobody asked for, nor one of an earlier connection."""
    store = store_with(*numbers(30, 31), more=True)
    assert not store.apply(HistoryPage(30, tuple(numbers(20, 29)), False, "x1"), 0.0).inserted
    store.pages.request(30)
    pending = store.pages.pending
    assert store.disconnected().edges
    assert store.pages.request(30) is None, "there is no connection"
    store.apply(init(*numbers(30, 31), more=True), 0.0)
    assert not store.apply(HistoryPage(30, tuple(numbers(20, 29)), False, pending.txn), 0.0).inserted
    assert list(store.messages) == [30, 31]
    assert asked(store, 30)


def test_a_refusal_ends_the_wait():
    """It is told as that, not as an error; a server that does not know such questions is not asked again."""
    store = store_with(*numbers(30, 31), more=True)
    for code, again in [("too_fast", True), ("unknown_command", False)]:
        store.pages.request(30)
        change = store.apply(Refusal(code, "No.", store.pages.pending.txn), 0.0)
        assert (change.page, change.errors, change.edges) == ((code, "No."), [], True)
        assert store.pages.ready == again
    store.apply(init(*numbers(30, 31), more=True), 0.0)
    assert store.pages.ready


def test_a_page_without_messages_of_which_there_are_more_says_nothing():
    """Such as when all of them have just expired."""
    store = store_with(*numbers(30, 31), more=True)
    store.pages.request(30)
    assert page(store, more=True).page[0] == "empty"
    assert store.history.gap_above(30) == (1, 30)


def test_a_plain_server_is_asked_for_nothing():
    """It does not know what is meant."""
    store = store_with(message(5), epoch="", you=None, more=True)
    assert store.history.more
    assert (store.pages.ready, store.pages.request(5)) == (False, None)


def test_what_was_missed_and_not_sent_is_a_gap():
    """Between what was known and the first that came; it closes when pages reach what was held before."""
    store = store_with(*numbers(1, 10))
    store.disconnected()
    change = store.apply(init(*numbers(200, 202), resumed=True, more=True, seq=202, missed=150), 0.0)
    assert (change.missed, change.added, change.reset) == (150, [200, 201, 202], False)
    assert (store.history.gap_above(200), store.history.gap_below(10), store.history.more) == (
        (11, 200),
        (11, 200),
        False,
    )
    store.mark_unread_from(200)
    store.pages.request(200)
    change = page(store, *numbers(100, 199), more=True)
    assert (store.history.gap_above(100), store.unread.first_unread, change.rule) == ((11, 100), 100, True)
    store.pages.request(100)
    page(store, *numbers(5, 99), more=True)
    assert (list(store.messages), store.unread.first_unread) == ([*range(1, 203)], 11)
    assert store.history.gap_above(100) is None


def test_what_was_missed_counts_as_told():
    """As many as the server says, without our own and those of who is muted, as far as they are known."""
    store = store_with(message(1))
    store.disconnected()
    mine = message(500, sender=ANA)
    assert store.apply(init(mine, message(501), resumed=True, more=True, missed=40), 0.0).missed == 39


def test_a_direct_message_that_is_fetched_later_is_unread():
    """As it would be had it come with the others."""
    store = store_with(message(1))
    store.disconnected()
    store.apply(init(message(100), resumed=True, more=True, missed=3), 0.0)
    store.pages.request(100)
    page(store, message(98, to_id=ANA.id), message(99))
    assert direct(store) == {BOB.id: 1}


def test_what_comes_while_a_page_is_under_way_is_not_taken_for_gone():
    """A page is asked for up to what was heard of: one that was let go of since lies in a gap, and not nowhere."""
    store = Store("t", history_limit=8)
    store.apply(init(*numbers(20, 22), more=True), 0.0)
    store.history.reading = 21
    assert store.request_page(24, 1)
    assert store.pages.asked_before == 23
    for number in range(23, 29):
        store.apply(message(number), 0.0)
    assert 23 not in store.messages
    page(store, message(22), more=True)
    assert store.history.is_unloaded(23)


def test_a_part_of_its_own():
    """A page round a message far back has a gap on both sides, and each closes from each side."""
    store = store_with(*numbers(900, 910), more=True)
    assert store.history.is_unloaded(100)
    store.pages.request(150, 100)
    page(store, *numbers(50, 149), more=True)
    assert (store.history.gap_above(50), store.history.gap_below(149), store.history.gap_above(900)) == (
        (1, 50),
        (150, 900),
        (150, 900),
    )
    assert not store.history.is_unloaded(100)
    store.pages.request(250)
    page(store, *numbers(80, 240), more=True)
    assert (list(store.messages)[:191], store.history.gap_below(240)) == ([*range(50, 241)], (250, 900))
    store.pages.request(900)
    page(store, *numbers(245, 899), more=True)
    assert store.history.gap_above(900) is None
    assert (store.history.gap_above(245), store.history.gap_below(240)) == (None, None)


def test_what_is_deleted_unloaded_stays_gone():
    """A page that was on its way brings it back no more than one that comes later; replies to it are drawn anew."""
    store = store_with(*numbers(30, 31), more=True)
    store.pages.request(30)
    assert store.apply(Deleted(29, 32), 0.0).removed == [29]
    assert not store.apply(Deleted(29, 32), 0.0).removed
    assert not store.history.is_unloaded(29)
    assert page(store, *numbers(28, 29), more=True).inserted == [28]


def test_what_ends_has_its_time_on_pages_too():
    """A temporary message of an old page goes when it should."""
    store = store_with(*numbers(30, 31), more=True)
    store.pages.request(30)
    page(store, message(29, expires_at=50.0), more=True)
    assert store.next_expiry() == 50.0
    assert store.expire(50.0).removed == [29]


def test_what_is_being_read_is_not_let_go():
    """Beyond the bound, what is neither near it nor new goes, and leaves a gap; at the end the oldest go."""
    store = Store("t", history_limit=40)
    store.apply(init(*numbers(101, 140), more=True), 0.0)
    store.history.reading = 101
    store.pages.request(101)
    change = page(store, *numbers(91, 100), more=True)
    assert change.inserted == [*range(91, 101)]
    assert len(store.messages) == 40
    assert change.removed == [*range(111, 121)], "ten on both sides of 101 stay"
    assert store.history.gap_above(121) == (111, 121)
    change = store.apply_all(numbers(141, 145), 0.0)
    assert (change.added, change.removed) == ([*range(141, 146)], [*range(121, 126)])
    store.history.reading = None
    assert store.apply_all(numbers(146, 147), 0.0).removed == [91, 92]
    assert store.history.gap_above(93) == (1, 93)


def test_a_whole_beginning_that_was_let_go_can_be_fetched():
    """Where all had been loaded, what went is missing and nothing else."""
    store = Store("t", history_limit=3)
    store.apply(init(*numbers(5, 7)), 0.0)
    store.apply(message(8), 0.0)
    assert store.history.gap_above(6) == (5, 6)


class Record:
    """A server as small as can be: what there is, and the events that tell of it."""

    def __init__(self):
        self.seq = 0
        self.now = 1000.0
        self.there = {}
        self.deletions = {}
        self.live = []

    def say(self, count, lifetime):
        """Somebody says something, some of it for a while."""
        for _ in range(count):
            self.seq += 1
            ends = None if lifetime is None else self.now + lifetime
            self.there[self.seq] = Message(
                self.seq, f"text {self.seq}", None, "~b", "bob", None, self.now, self.seq, ends
            )
            self.live.append(self.there[self.seq])

    def edit(self, which):
        """One of all says something else now, loaded or not: it is sent again with a newer seq."""
        if self.there:
            self.seq += 1
            number = list(self.there)[which % len(self.there)]
            self.there[number] = msgspec.structs.replace(self.there[number], text=f"text {self.seq}", seq=self.seq)
            self.live.append(self.there[number])

    def delete(self, which):
        """One of all is deleted, loaded or not."""
        if self.there:
            self._end(list(self.there)[which % len(self.there)])

    def tick(self, seconds):
        """Time passes, and what has an end meets it."""
        self.now += seconds
        for one in list(self.there.values()):
            if one.expires_at is not None and one.expires_at <= self.now:
                self._end(one.id)

    def _end(self, number):
        self.seq += 1
        del self.there[number]
        self.deletions[number] = self.seq
        self.live.append(Deleted(number, self.seq))

    def greet(self, most, since=None):
        """The first event, with the newest few messages; from a resume point where there is one.

        Of what is known there already, all comes that says something else now.
        """
        fresh = [one for one in self.there.values() if one.id > (since or 0)]
        known = [one for one in self.there.values() if since is not None and one.id <= since < one.seq]
        deleted = [number for number, seq in self.deletions.items() if since is not None and seq > since]
        messages = (*known, *fresh[-most:])
        return Init(
            messages, "e1", self.seq, since is not None, tuple(deleted), len(fresh) > most, {}, self.now,
            Client("~you", "you"), (), len(known) + len(fresh) if since is not None else None,
        )  # fmt: skip

    def page(self, before, count):
        """Messages older than one of them."""
        older = [one for one in self.there.values() if one.id < before]
        return tuple(older[-count:]), len(older) > count


FEW = st.integers(1, 6)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), FEW, st.sampled_from([None, None, 5.0, 20.0])),
        st.tuples(st.just("edit"), st.integers(0, 50)),
        st.tuples(st.just("delete"), st.integers(0, 50)),
        st.tuples(st.just("tick"), st.integers(1, 9)),
        st.tuples(st.just("read"), st.integers(0, 60)),
        st.tuples(st.just("ask"), st.integers(1, 60), FEW),
        st.tuples(st.just("answer")),
        st.tuples(st.just("cut"), FEW, st.booleans(), st.integers(0, 12)),
    ),
    max_size=40,
)


class Screen:
    """A store before that server, and the picture of it that its changes make."""

    def __init__(self, limit, most):
        self.record, self.store, self.limit = Record(), Store("t", history_limit=limit), limit
        self.record.say(20, None)
        self.record.live = []
        self.drawn, self.answer = {}, None
        self.draw(self.store.apply(self.record.greet(most), 0.0))

    def draw(self, change):
        """Do what the change says; it must lead to what the store holds."""
        messages = self.store.messages
        kept = {number: message for number, message in self.drawn.items() if number not in change.removed}
        assert change.reset or kept.keys() >= set(change.changed)
        kept |= {number: messages[number] for number in (*change.changed, *change.inserted)}
        kept = dict(messages) if change.reset else dict(sorted(kept.items()))
        assert change.reset or not change.added or not kept or max(kept) < change.added[0]
        self.drawn = kept if change.reset else kept | {number: messages[number] for number in change.added}
        assert list(self.drawn.items()) == list(messages.items())

    def do(self, name, *arguments):
        """One action, and what the server tells of it."""
        if name == "read":
            held = list(self.store.messages)
            self.store.history.reading = held[arguments[0] % len(held)] if held and arguments[0] else None
        elif name == "ask":
            before, count = arguments
            if self.store.request_page(before, count):
                before = self.store.pages.asked_before
                self.answer = (before, *self.record.page(before, count))
        elif name == "answer":
            if self.answer is not None:
                before, messages, more = self.answer
                self.answer = None
                self.take([HistoryPage(before, messages, more, self.store.pages.pending.txn)])
        elif name == "cut":
            most, resumes, away = arguments
            self.answer = None
            self.store.disconnected()
            self.record.say(away, None)
            self.record.edit(away)
            self.record.delete(away)
            self.take([self.record.greet(most, self.store.seq if resumes else None)])
        else:
            getattr(self.record, name)(*arguments)
            self.take(self.record.live)
        self.record.live = []

    def take(self, events):
        """What has come is shown; what has ended here is so by our own clock too."""
        now = self.record.now - 1000.0
        self.draw(self.store.apply_all(events, now))
        self.draw(self.store.expire(now))


@given(ACTIONS, st.integers(1, 8), st.sampled_from([8, 30, 1000]))
def test_pages_in_any_order_are_the_record_as_far_as_it_was_given(actions, most, limit):
    """Each message that there is, is held or in a gap, and none is both; what is gone is neither; memory is bounded."""
    screen = Screen(limit, most)
    for action in actions:
        screen.do(*action)
        store, there = screen.store, screen.record.there
        assert len(store.messages) <= limit
        assert all(there.get(number) == held for number, held in store.messages.items())
        for number in there:
            assert (number in store.messages) != store.history.is_unloaded(number)
        gaps = [(store.history.gap_above(number), number) for number in store.messages]
        assert all(gap.stop <= number for gap, number in gaps if gap is not None)


@given(ACTIONS, st.integers(1, 8))
def test_loading_all_that_is_missing_leads_to_the_whole_record(actions, most):
    """Whatever was loaded before: gap by gap, from above or from below, all closes."""
    screen = Screen(1000, most)
    for action in actions:
        screen.do(*action)
    screen.do("answer")
    store = screen.store
    for turn in range(200):
        gaps = [
            gap for gap in (*map(store.history.gap_above, store.messages), store.history.last_gap) if gap is not None
        ]
        if not gaps:
            break
        gap = gaps[turn % len(gaps)]
        screen.do("ask", gap.stop if turn % 2 else min(gap.stop, gap.start + 3), 3)
        screen.do("answer")
    assert list(store.messages.items()) == list(screen.record.there.items())
