"""A server whose log is in a file ends and starts again: what its people find then."""

import asyncio
import time

import pytest

from chat_protocol.commands import Delete
from chat_server.app import ChatServer, StartError
from chat_server.core.entries import MESSAGE, NewEntry
from chat_server.log import open_log
from chat_server.settings import Settings
from chatting import open_house
from sockets import connect_peer

ANA, BOB = "a" * 32, "b" * 32


@pytest.fixture
def log(tmp_path):
    """The setting that names a file."""
    return f"sqlite:{tmp_path / 'chat.db'}"


def later(seconds):
    """A clock on the wall that is so far on."""
    return lambda: time.time() + seconds


def traces(tmp_path, word):
    """The files that have this word in them."""
    return [file.name for file in tmp_path.iterdir() if word.encode() in file.read_bytes()]


async def test_people_find_what_was_said(log):
    """The messages with their numbers, what was deleted not among them; the conversation goes on in the same life."""
    async with open_house(log=log) as house:
        ana = await house.person("ana")
        for line in ("one", "two", "/reply 1 three", "/delete 2"):
            await ana.said(line)
        before = await house.person("cat")
    async with open_house(log=log) as house:
        ana = await house.person("ana")
        assert ana.init["epoch"] == before.init["epoch"]
        assert ana.init["messages"] == before.init["messages"]
        assert (ana.init["seq"], ana.init["more"]) == (4, False)
        assert (await ana.said("/reply 3 four"))["id"] == 5
        assert (await ana.said("/reply 2 five"))["code"] == "no_such_message"
        assert [message["id"] for message in (await ana.said("/search three"))["messages"]] == [3]


async def test_who_comes_back_after_a_restart_gets_what_was_missed(log):
    """As after any lost connection."""
    async with open_house(log=log) as house:
        ana = await house.person("ana")
        for line in ("one", "two", "three", "/delete 1"):
            await ana.said(line)
        place = f"{ana.init['epoch']}.2"
    async with open_house(log=log) as house:
        ana = await house.person(target=f"/?name=ana&resume={place}")
        assert ana.init["resumed"]
        assert [message["text"] for message in ana.init["messages"]] == ["three"]
        assert ana.init["deleted"] == [1]


async def test_what_ended_meanwhile_is_gone_before_anybody_comes(log, tmp_path):
    """It is deleted, not only hidden: the first greeting has passed it, and no file has a byte of it."""
    async with open_house(log=log) as house:
        (ana,) = await house.people("ana")
        await ana.said("/temp 60 canary-short")
        await ana.said("/temp 600 canary-long")
    async with open_house(log=log, wall=later(61)) as house:
        assert traces(tmp_path, "canary-short") == []
        bob = await house.person("bob")
        assert [message["text"] for message in bob.init["messages"]] == ["canary-long"]
        assert bob.init["seq"] == 3
        assert house.host.alarm.next_due() == bob.init["messages"][0]["expires_at"]
    async with open_house(log=log, wall=later(601)) as house:
        assert traces(tmp_path, "canary") == []
        assert (await house.person("bob")).init["messages"] == []


async def test_an_end_beyond_what_is_replayed_is_told(log):
    """Of a message older than all that the room is told again: its alarm is set, and who comes later hears of it."""
    async with open_house(log=log) as house:
        (ana,) = await house.people("ana")
        await ana.said("/temp 600 canary")
        for number in range(2001):
            house.host.log.append(NewEntry(MESSAGE, message(f"message {number}")))
        await ana.hears("message 2000")
    async with open_house(log=log, wall=later(599)) as house:
        ana = await house.person("ana")
        assert ana.init["more"]
        assert house.host.alarm.next_due() is not None
        assert (await ana.next())["type"] == "delete"
        assert ana.seen[-1]["id"] == 1
        assert (await ana.said("/history 10"))["messages"][0]["id"] == 2


def message(text):
    """What the room writes into the log."""
    return b'{"type":"message","text":"%b","from_id":"~x","from_name":"x","sent_at":1.0}' % text.encode()


async def test_a_wall_clock_that_was_set_back_gives_no_longer_life(log):
    """It begins at the newest time that the log has seen: what has lived half its time has the other half left."""
    async with open_house(log=log, wall=later(0)) as house:
        (ana,) = await house.people("ana")
        echo = await ana.said("/temp 60 canary")
    async with open_house(log=log, wall=later(-3600)) as house:
        assert 0 <= house.clock() - echo["sent_at"] < 30
        assert (await house.person("bob")).init["now"] >= echo["sent_at"]


async def test_a_clock_ten_years_ahead_loses_nothing(log, caplog):
    """Neither what is to be kept for 30 days nor what has an end; the operator is told, and it passes."""
    off = [0.0]

    def wall():
        return time.time() + off[0]

    def now_says(word):
        return any(word in record.getMessage() for record in caplog.records)

    async with open_house(log=log, wall=wall) as house:
        (ana,) = await house.people("ana")
        await ana.said("old")
        await ana.said("/temp 600 ends")
    off[0] = 10 * 365 * 86_400.0
    async with open_house(log=log, wall=wall, keep="30d") as house:
        await house.eventually(lambda: now_says("retention by age is paused"))
        ana = await house.person("ana")
        assert [message["text"] for message in ana.init["messages"]] == ["old", "ends"]
        assert (await ana.said("ahead"))["sent_at"] == pytest.approx(wall(), abs=60)
    assert now_says("the computer's clock is 3650 days ahead")
    off[0] = 0.0
    async with open_house(log=log, wall=wall, keep="30d") as house:
        ana = await house.person("ana")
        assert [message["text"] for message in ana.init["messages"]] == ["old", "ends", "ahead"]
        assert 500 < ana.init["messages"][1]["expires_at"] - ana.init["now"] <= 600
        assert (await ana.said("right"))["sent_at"] == pytest.approx(time.time(), abs=60)


async def test_a_clock_that_is_set_while_a_server_runs(log):
    """What is said is stamped by it; what has an end is where it was, and so are the others' clocks."""
    off = [-3 * 86_400.0]
    async with open_house(log=log, wall=lambda: time.time() + off[0]) as house:
        (ana,) = await house.people("ana")
        first = await ana.said("/temp 600 ends")
        assert first["sent_at"] == pytest.approx(time.time() - 3 * 86_400, abs=60)
        off[0] = 0.0
        house.clock.follow_wall()
        house.clock.sleep(40.0)
        house.clock.follow_wall()
        assert (await ana.said("right"))["sent_at"] == pytest.approx(time.time(), abs=60)
        bob = await house.person("bob")
        assert bob.init["messages"][0]["expires_at"] - bob.init["now"] == pytest.approx(560, abs=30)


async def test_what_ended_while_the_computer_slept_goes_when_it_wakes(log):
    """Though the loop's own clock stood still meanwhile."""
    async with open_house(log=log) as house:
        (ana,) = await house.people("ana")
        await ana.said("/temp 600 ends")
        house.clock.sleep(601.0)
        assert (await ana.next())["type"] == "delete"


async def test_a_name_is_kept_for_its_owner_over_a_restart(log):
    """Whoever has the secret comes back to it, others are told that it is taken; who has none leaves none behind."""
    async with open_house(log=log) as house:
        await house.person("Ana", secret=ANA)
        await house.person("bob", secret=BOB)
        cat = await house.person("cat")
        await cat.said("hello")
    async with open_house(log=log, name_grace=3600.0) as house:
        eve = await house.person("ANA")
        assert (await eve.next())["code"] == "name_taken"
        assert (await house.person("cat")).init["you"]["name"] == "cat"
        assert (await house.person("Ana", secret=ANA)).init["you"]["name"] == "Ana"
        assert set(await house.host.log.roster()) == {"ana", "bob", "cat", eve.init["you"]["name"].casefold()}
        assert house.host.roster.next_due() <= house.clock() + 3600.0
    async with open_house(log=log, name_grace=0.0) as house:
        assert await house.host.log.roster() == {}
        assert (await house.person("ana")).init["you"]["name"] == "ana"


async def test_what_is_too_old_goes_at_the_start(log, tmp_path):
    """From the room and from the file; the greeting tells how much is kept."""
    async with open_house(log=log) as house:
        (ana,) = await house.people("ana")
        for number in range(10):
            await ana.said(f"canary {number}")
        assert "history" not in ana.init["limits"]
        assert "keep" not in ana.init["limits"]
    async with open_house(log=log, keep="3") as house:
        await house.eventually(lambda: has_let_go(house, 7))
        bob = await house.person("bob")
        assert [message["id"] for message in bob.init["messages"]] == [8, 9, 10]
        assert bob.init["limits"]["history"] == 3
        assert traces(tmp_path, "canary 6") == []
        assert (await bob.said("/history 9"))["messages"] == bob.init["messages"][:1]
        assert (await bob.said("/delete 2"))["code"] == "no_such_message"
    async with open_house(log=log, keep="30d", wall=later(31 * 86_400)) as house:
        await house.eventually(lambda: has_let_go(house, 10))
        bob = await house.person("bob")
        assert bob.init["limits"]["keep"] == 30 * 86_400
        assert "history" not in bob.init["limits"]
        assert traces(tmp_path, "canary") == []
        assert (await bob.said("next"))["id"] == 11


async def test_what_is_too_old_is_shown_to_nobody(log):
    """Neither to newcomers, nor in pages or finds, before it is cut off: that is seen to once in a while."""
    async with open_house(log=log, keep="1s") as house:
        (ana,) = await house.people("ana")
        await ana.said("canary")
        assert [message["text"] for message in (await ana.said("/history 9"))["messages"]] == ["canary"]
        house.clock.sleep(1.0)
        bob = await house.person("bob")
        assert (bob.init["messages"], bob.init["more"]) == ([], False)
        page = await bob.said("/history 9")
        assert (page["messages"], page["more"]) == ([], False)
        assert (await bob.said("/search canary"))["messages"] == []
        assert len(await house.host.log.page(9, 9, "~bob")) == 1, "it was cut off already, and this has shown nothing"


def has_let_go(house, number):
    """Does the room not know this message any more, so that whoever speaks of it has to ask the log?"""
    return house.host.lobby.room.needs_lookup_before("", Delete(number), house.clock()) is not None


async def test_a_full_disk_is_told_and_passes(log):
    """To whoever spoke, and to who asks how the server is; others may come and read; then all is well again."""
    async with open_house(log=log) as house:
        (ana,) = await house.people("ana")
        await ana.said("before")
        await limit(house, 1)
        long = "x" * 4000
        while (answer := await ana.said(long))["type"] == "message":
            pass
        assert answer["code"] == "not_kept"
        assert answer["text"] == "The server couldn't save that: the disk is full."
        peer = await connect_peer(house, b"GET /healthz HTTP/1.0\r\n\r\n")
        assert b" 503 " in await peer.rest()
        bob = await house.person("bob")
        assert bob.init["messages"][0]["text"] == "before"
        await limit(house, 1 << 30)
        assert (await bob.said("after"))["type"] == "message"
        peer = await connect_peer(house, b"GET /healthz HTTP/1.0\r\n\r\n")
        assert (await peer.rest()).endswith(b"ok\n")


async def limit(house, pages):
    """Let the file have so many pages, or as many as it has."""
    await house.host.log.in_commit(
        lambda writer: writer.connection.execute(f"PRAGMA max_page_count={pages}").fetchone()
    )


async def test_why_a_log_can_not_be_used_is_one_sentence(log, tmp_path):
    """For the operator; nothing is left running, and the log can be opened by another."""
    tasks = asyncio.all_tasks()
    (tmp_path / "chat.db").write_text("something else")
    with pytest.raises(StartError, match=r"chat\.db: it is not a chat-server log\.$"):
        await ChatServer(Settings(host="127.0.0.1", port=0, log=log)).start()
    (tmp_path / "chat.db").unlink()
    async with open_house(log=log) as house:
        other = Settings(host="127.0.0.1", port=house.server.port, log=f"{log}2")
        for _ in range(2):
            with pytest.raises(StartError, match=r" is already in use\."):
                await ChatServer(other).start()
        with pytest.raises(StartError, match=r"chat\.db is in use: another chat-server has it open\.$"):
            await ChatServer(Settings(host="127.0.0.1", port=0, log=log)).start()
    assert asyncio.all_tasks() == tasks


@pytest.mark.parametrize("body", [b"nonsense", b"{}"])
async def test_what_no_room_has_written_is_refused(log, tmp_path, body):
    """A log with such an entry is not half of a record: the server does not start, and says why."""
    engine = open_log(log, history=10)
    await engine.open()
    await engine.append(NewEntry(MESSAGE, body))
    await engine.close()
    with pytest.raises(StartError) as error:
        await ChatServer(Settings(host="127.0.0.1", port=0, log=log)).start()
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)
