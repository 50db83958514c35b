"""The contract of a log, held by every engine."""

import asyncio
import json
from contextlib import aclosing

import pytest

from chat_protocol.queries import parse_query
from chat_server.core.entries import DELETE, MESSAGE, NewEntry
from chat_server.log import Entry, Reset, open_log
from chat_server.log.kinds import ERASED, KINDS
from chat_server.log.memory import MemoryLog
from chat_server.log.sqlite import SqliteLog

HISTORY = 5
LONGEST_WAIT = 30.0  # for what happens at once, unless something is broken

ENGINES = {
    "memory": lambda _folder: MemoryLog(history=HISTORY),
    "sqlite": lambda folder: SqliteLog(folder / "log.db"),
    "sqlite indexed": lambda folder: SqliteLog(folder / "indexed.db", index_from=1, most_unindexed=0),
}


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
async def log(request, tmp_path):
    """An engine, opened. That in memory keeps the newest five messages by itself, others when they are told to."""
    engine = request.param(tmp_path)
    await engine.open()
    yield engine
    await engine.close()


def said(text, **fields):
    """The body of a message, as the log keeps it."""
    message = {"text": text.decode(), "from_id": "~ana", "from_name": "ana", "sent_at": 1.0}
    return json.dumps(message | fields).encode()


async def append(log, *bodies, kind=MESSAGE):
    """Entries one after the other; their numbers."""
    return [await log.append(NewEntry(kind, said(body))) for body in bodies]


async def read(tail, count):
    """The next `count` entries of a tail."""
    entries = []
    async with asyncio.timeout(LONGEST_WAIT):
        while len(entries) < count:
            entries += await anext(tail)
    assert len(entries) == count
    return entries


def bodies(entries):
    """What entries hold."""
    return [json.loads(entry.body)["text"].encode() for entry in entries]


async def test_a_new_log_is_empty(tmp_path):
    """Its first number would be the one after its last; no two lives have one name."""
    logs = [make(tmp_path / str(number)) for make in ENGINES.values() for number in range(2)]
    for number in range(2):
        (tmp_path / str(number)).mkdir()
    opened = [await log.open() for log in logs]
    for log in logs:
        await log.close()
    assert [(one.first, one.last) for one in opened] == [(1, 0)] * len(opened)
    assert len({one.epoch for one in opened}) == len(opened)
    assert all(one.epoch.isalnum() for one in opened)


async def test_numbers_grow_by_one(log):
    """Messages and deletions share them."""
    assert await append(log, b"a", b"b") == [1, 2]
    assert await append(log, b"c", kind=DELETE) == [3]
    assert await append(log, b"d") == [4]


async def test_the_same_key_is_the_same_entry(log):
    """Said twice, it is kept once, and the second gets the number of the first."""
    first = await log.append(NewEntry(MESSAGE, said(b"a"), key="k"))
    assert await log.append(NewEntry(MESSAGE, said(b"a again"), key="k")) == first
    assert await log.append(NewEntry(MESSAGE, said(b"b"), key="other")) == first + 1
    assert bodies(await log.page(100, 10, "~ana")) == [b"a", b"b"]


async def test_a_tail_gives_what_was_and_what_comes(log):
    """In the order of the numbers, without gap or repeat."""
    await append(log, b"a", b"b")
    async with aclosing(log.tail(0)) as tail:
        assert await read(tail, 2) == [Entry(1, MESSAGE, said(b"a")), Entry(2, MESSAGE, said(b"b"))]
        await append(log, b"c", kind=DELETE)
        await append(log, b"d")
        assert await read(tail, 2) == [Entry(3, DELETE, said(b"c")), Entry(4, MESSAGE, said(b"d"))]


async def test_a_tail_begins_where_it_is_told(log):
    """At every number that there is, and after the last."""
    await append(log, b"1", b"2", b"3")
    for after in range(4):
        async with aclosing(log.tail(after)) as tail:
            expected = [b"1", b"2", b"3"][after:]
            assert bodies(await read(tail, len(expected))) == expected


async def test_a_waiting_tail_is_woken(log):
    """By an entry that comes later."""
    async with aclosing(log.tail(0)) as tail:
        waiting = asyncio.ensure_future(read(tail, 1))
        await asyncio.sleep(0)
        assert not waiting.done()
        await append(log, b"a")
        assert bodies(await waiting) == [b"a"]


async def test_all_who_wait_are_woken(log):
    """One of them is gone just before the entry comes, and hinders nobody."""
    async with aclosing(log.tail(0)) as one, aclosing(log.tail(0)) as other, aclosing(log.tail(0)) as gone:
        waiting = [asyncio.ensure_future(read(tail, 1)) for tail in (one, other)]
        leaving = asyncio.ensure_future(anext(gone))
        await asyncio.sleep(0)
        leaving.cancel()
        await log.append(NewEntry(MESSAGE, said(b"a")))
        assert [bodies(entries) for entries in await asyncio.gather(*waiting)] == [[b"a"], [b"a"]]
        await asyncio.gather(leaving, return_exceptions=True)


async def test_every_tail_gives_the_same(log):
    """However many there are, and however slow one of them is."""
    async with aclosing(log.tail(0)) as slow, aclosing(log.tail(0)) as quick:
        await append(log, b"0")
        assert bodies(await read(slow, 1)) == bodies(await read(quick, 1)) == [b"0"]
        expected = [str(number).encode() for number in range(3 * HISTORY)]
        for body in expected:
            await append(log, body)
            assert bodies(await read(quick, 1)) == [body]
        assert bodies(await read(slow, 3 * HISTORY)) == expected


async def test_a_tail_of_many_writers(log):
    """What was written at once is in one order, and everybody got the number that it has there."""
    numbers = await asyncio.gather(*(log.append(NewEntry(MESSAGE, said(str(number).encode()))) for number in range(50)))
    assert sorted(numbers) == list(range(1, 51))
    page = await log.page(100, HISTORY, "~ana")
    assert [numbers[int(body)] for body in bodies(page)] == [entry.seq for entry in page]


async def test_a_tail_that_cannot_begin_says_so(log):
    """One `Reset` with the number of the oldest that it could give, and no entry."""
    await append(log, *(str(number).encode() for number in range(1, 9)))
    await log.prune(newest=HISTORY)
    for after in range(3):
        async with asyncio.timeout(LONGEST_WAIT):
            assert [item async for item in log.tail(after)] == [Reset(4)]
    async with aclosing(log.tail(3)) as tail:
        assert [entry.seq for entry in await read(tail, HISTORY)] == [4, 5, 6, 7, 8]


async def test_the_end_ends_every_tail(log):
    """After what there is to give; also those that wait."""
    await append(log, b"a", b"b")

    async def everything():
        return [entry.seq async for batch in log.tail(0) for entry in batch]

    early = asyncio.ensure_future(everything())
    await asyncio.sleep(0)
    await append(log, b"c")
    await log.close()
    async with asyncio.timeout(LONGEST_WAIT):
        assert await early == [1, 2, 3]
        assert await everything() == [1, 2, 3]


async def test_a_tail_may_be_left_at_any_time(log):
    """The others go on, and the log keeps no more for it."""
    gone = log.tail(0)
    waiting = asyncio.ensure_future(anext(gone))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await gone.aclose()
    await append(log, *(b"x" for _ in range(2 * HISTORY)))
    await log.prune(newest=HISTORY)
    assert len(await log.page(100, 100, "~ana")) == HISTORY


@pytest.mark.parametrize(("kind", "row"), KINDS.items(), ids=KINDS)
async def test_an_entry_of_any_kind_comes_back_as_it_was(log, kind, row):
    """From a tail, also from one that reads what was before it; readers are shown those that carry a text."""
    async with aclosing(log.tail(0)) as tail:
        await append(log, b"one", kind=kind)
        assert await read(tail, 1) == [Entry(1, kind, said(b"one"))]
    assert await log.page(100, 1, "~ana") == [Entry(1, kind, said(b"one"))] * row.has_text


async def test_an_entry_is_there_by_its_number(log):
    """As long as its content is; there is none of a number that was not given yet."""
    await append(log, b"one", b"two")
    await log.append(NewEntry(DELETE, said(b"tombstone"), erases=2))
    entries = [await log.entry(seq) for seq in range(5)]
    assert entries == [None, Entry(1, MESSAGE, said(b"one")), None, Entry(3, DELETE, said(b"tombstone")), None]
    await log.prune(newest=0)
    assert await log.entry(1) is None


def test_no_two_kinds_have_one_number():
    """Nor is one that of what is gone."""
    assert len({ERASED, *(row.number for row in KINDS.values())}) == 1 + len(KINDS)


@pytest.mark.parametrize(
    ("before", "limit", "seqs"),
    [(100, 10, [1, 2, 4, 5]), (5, 10, [1, 2, 4]), (5, 2, [2, 4]), (4, 1, [2]), (1, 10, []), (100, 0, []), (-5, 10, [])],
)
async def test_a_page_is_the_newest_messages_before_a_number(log, before, limit, seqs):
    """Oldest first; deletions are not among them."""
    await append(log, b"1", b"2")
    await append(log, b"3", kind=DELETE)
    await append(log, b"4", b"5")
    page = await log.page(before, limit, "~ana")
    assert [entry.seq for entry in page] == seqs
    assert all(entry.kind == MESSAGE for entry in page)


async def direct(log):
    """A public message, one from ana to bob, one from bob to cat."""
    await append(log, b"to all of you")
    await log.append(NewEntry(MESSAGE, said(b"to bob alone", to_id="~bob")))
    await log.append(NewEntry(MESSAGE, said(b"to cat alone", from_id="~bob", from_name="bob", to_id="~cat")))


@pytest.mark.parametrize(
    ("reader", "seqs"), [("~ana", [1, 2]), ("~bob", [1, 2, 3]), ("~cat", [1, 3]), ("~dan", [1]), ("", [1])]
)
async def test_a_page_holds_what_its_reader_may_see(log, reader, seqs):
    """A direct message is its sender's and its target's; others' pages are full without it."""
    await direct(log)
    assert [entry.seq for entry in await log.page(100, 10, reader)] == seqs
    assert [entry.seq for entry in await log.page(100, 1, reader)] == seqs[-1:]
    assert [entry.seq for entry in await log.search(parse_query("to"), 10, reader)] == seqs[::-1]


@pytest.mark.parametrize(
    ("words", "seqs"),
    [
        ("build", [5, 2, 1]),
        ("BUILD", [5, 2, 1]),
        ("green build", [5, 1]),
        ('"the build"', [2, 1]),
        ('"build the"', []),
        ("bui*", [5, 2, 1]),
        ("bui", []),
        ('"is gr"*', [1]),
        ("from:bob", [4, 2]),
        ("from:BOB build", [2]),
        ("from:bo", []),
        ("build before:5", [2, 1]),
        ("build before:1", []),
        ("cafe", [4]),
        ("Caf\u00e9", [4]),
        ("\u6f22\u5b57", [5]),
        ("don't", [4]),
        ('"t don"', []),
        ("under score", [5]),
    ],
)
async def test_a_search_finds_messages_by_their_words(log, words, seqs):
    """Newest first; a deletion is no message."""
    await append(log, b"the build is green")
    await log.append(NewEntry(MESSAGE, said(b"the Build is red", from_name="Bob")))
    await append(log, b"build", kind=DELETE)
    await log.append(NewEntry(MESSAGE, said("in the cafe\u0301; I don't know".encode(), from_name="Bob")))
    await log.append(NewEntry(MESSAGE, said("green under_score \u6f22\u5b57 build".encode())))
    assert [entry.seq for entry in await log.search(parse_query(words), 10, "~ana")] == seqs
    assert [entry.seq for entry in await log.search(parse_query(words), 1, "~ana")] == seqs[:1]


async def test_what_is_erased_is_found_no_more(log):
    """By none of its words, whether it is erased by itself or together with its tombstone."""
    await append(log, b"one secret", b"two secret", b"no mystery")
    await log.erase(1)
    await log.append(NewEntry(DELETE, said(b"tombstone"), erases=2))
    await log.erase(2)
    assert await log.search(parse_query("secret"), 10, "~ana") == []
    assert [entry.seq for entry in await log.page(100, 10, "~ana")] == [3]


async def test_what_has_an_end_is_listed(log):
    """As far as it is told, ascending; what is erased is not."""
    for end in (10.0, None, 20.0, 30.0, 5.0):
        await log.append(NewEntry(MESSAGE, said(b"x", **({"expires_at": end} if end else {}))))
    await log.erase(3)
    assert [entry.seq for entry in await log.expiring(4)] == [1, 4]


async def test_a_key_outlives_what_it_was_for(log):
    """Erased, or pushed out by later entries: it is still the same number, and no second entry."""
    assert await log.find("k") is None
    assert await log.append(NewEntry(MESSAGE, said(b"a"), key="k")) == await log.find("k") == 1
    await log.append(NewEntry(DELETE, said(b"1"), key="d", erases=1))
    await log.erase(1)
    await append(log, *(b"x" for _ in range(3 * HISTORY)))
    await append(log, *(b"x" for _ in range(3 * HISTORY)), kind=DELETE)
    assert (await log.find("k"), await log.find("d")) == (1, 2)
    assert await log.append(NewEntry(MESSAGE, said(b"a"), key="k")) == 1
    assert await log.append(NewEntry(DELETE, said(b"1"), key="d")) == 2
    assert await append(log, b"next") == [3 + 6 * HISTORY]


async def test_a_key_that_was_used_erases_nothing(log):
    """What is said twice must not take a second message with it."""
    await append(log, b"one", b"two")
    assert await log.append(NewEntry(DELETE, said(b"2"), key="k", erases=2)) == 3
    await log.erase(2)
    assert await log.append(NewEntry(DELETE, said(b"1"), key="k", erases=1)) == 3
    assert bodies(await log.page(100, 10, "~ana")) == [b"one"]


async def test_a_key_said_twice_at_once_is_one_entry(log):
    """Both get its number, though the first was not answered yet."""
    first, second = (
        log.append(NewEntry(MESSAGE, said(b"a"), key="k")),
        log.append(NewEntry(MESSAGE, said(b"b"), key="k")),
    )
    assert await log.find("k") == await first == await second == 1
    assert await append(log, b"next") == [2]


async def test_the_newest_messages_are_kept(log):
    """As many as history holds; deletions do not push messages out."""
    await append(log, *(str(number).encode() for number in range(1, 9)))
    await append(log, *(b"gone" for _ in range(3 * HISTORY)), kind=DELETE)
    await log.prune(newest=HISTORY)
    assert bodies(await log.page(100, 100, "~ana")) == [b"4", b"5", b"6", b"7", b"8"]


async def test_what_is_erased_is_gone(log):
    """From pages and from tails that begin later; the others keep their numbers, and the number is not used again."""
    await append(log, b"a", b"secret", b"c")
    await log.erase(2)
    assert bodies(await log.page(100, 10, "~ana")) == [b"a", b"c"]
    async with aclosing(log.tail(0)) as tail:
        entries = await read(tail, 2)
    assert [entry.seq for entry in entries] == [1, 3]
    assert await append(log, b"d") == [4]


async def test_what_is_pruned_is_gone(log):
    """All but the newest so many, or what was sent before a time; the others stay, with their numbers."""
    for number in range(1, 6):
        await log.append(NewEntry(MESSAGE, said(b"x", sent_at=float(number))))
    assert await log.prune() == 0
    assert await log.prune(newest=4) == 1
    assert await log.prune(before=3.0) == 2
    assert await log.prune(before=3.0, newest=4) in {0, 2}
    assert [entry.seq for entry in await log.page(100, 10, "~ana")] == [3, 4, 5]
    assert [entry.seq for entry in await log.search(parse_query("x"), 10, "~ana")] == [5, 4, 3]
    assert await log.prune(newest=1, before=1.0) == 4
    async with aclosing(log.tail(4)) as tail:
        assert [entry.seq for entry in await read(tail, 1)] == [5]
    assert await append(log, b"y") == [6]


async def test_erasing_the_newest_frees_no_number(log):
    """Nor does erasing what is gone already, or never was, do anything."""
    await append(log, b"a", b"b")
    for seq in (2, 2, 77, 0, -1):
        await log.erase(seq)
    assert await append(log, b"c") == [3]
    assert bodies(await log.page(100, 10, "~ana")) == [b"a", b"c"]


async def test_erasing_emits_nothing(log):
    """The tombstone is an ordinary entry, which somebody else appends."""
    async with aclosing(log.tail(0)) as tail:
        await append(log, b"a")
        await read(tail, 1)
        await log.erase(1)
        await append(log, b"1", kind=DELETE)
        assert await read(tail, 1) == [Entry(2, DELETE, said(b"1"))]


async def test_a_name_belongs_to_the_first(log):
    """Until it is released; asking again is no harm."""
    assert await log.claim("ana", "~a") == "~a"
    assert await log.claim("ana", "~b") == "~a"
    assert await log.claim("ana", "~a") == "~a"
    assert await log.claim("bob", "~b") == "~b"
    assert await log.roster() == {"ana": "~a", "bob": "~b"}
    await log.release("ana")
    await log.release("nobody")
    assert await log.claim("ana", "~b") == "~b"


def test_an_engine_is_chosen_by_its_url():
    """One that is not known is refused with a sentence for the operator."""
    assert isinstance(open_log("memory:", history=HISTORY), MemoryLog)
    assert isinstance(open_log("sqlite:log.db", history=HISTORY), SqliteLog)
    for url in ("", "postgres://x", "MEMORY:", "sqlite", "sqlite:"):
        with pytest.raises(ValueError, match=r"^--log must be memory: or sqlite:PATH"):
            open_log(url, history=HISTORY)


@pytest.mark.parametrize(
    ("stamps", "upto"),
    [
        ([1, 2, 900, 3, 4], 4),  # of a clock that was ahead for a time
        ([1, 2, 900, 900, 4], 2),
        ([900, 900, 1, 2, 4], 4),
        ([1, 900, 2, 900, 3], 5),
        ([1, 900, 2, 900, 900], 3),
        ([900, 900, 900, 900, 900], 0),
        ([1, 2, 3, 3, 3], 5),
        ([4, 5, 6, 7, 8], 0),
    ],
)
async def test_what_a_clock_that_was_ahead_has_stamped_is_as_old_as_what_came_after(log, stamps, upto):
    """It neither keeps what is before it, nor goes as long as nothing younger is too old."""
    for stamp in stamps:
        await log.append(NewEntry(MESSAGE, said(b"x", sent_at=float(stamp))))
    assert await log.prune(before=4.0, now=10.0) == upto
    assert [entry.seq for entry in await log.page(99, 99, "~ana")] == list(range(upto + 1, 6))
