"""Whatever somebody says, they get one answer, and nobody else notices."""

import asyncio
import struct
from urllib.parse import quote

import pytest
from websockets.frames import Opcode

from chatting import Person, short
from sockets import greeted_peer, masked

TEXT = 4096
LONGEST_NAME = "n" * 32

# What is said, and the code of the one error that answers it.
REFUSED = [
    # message ids
    ("/delete 99999999999999999999999", "bad_id"),
    ("/delete " + "9" * 5000, "bad_id"),
    ("/delete 999999999999999999", "no_such_message"),
    ("/delete -1", "bad_id"),
    ("/delete +1", "bad_id"),
    ("/delete 0", "bad_id"),
    ("/delete 01", "bad_id"),
    ("/delete 1_0", "bad_id"),
    ("/delete \u0661\u0662", "bad_id"),
    ("/delete \uff11\uff12", "bad_id"),
    ("/delete \u00b2", "bad_id"),
    ("/delete 1.0", "bad_id"),
    ("/delete 0x10", "bad_id"),
    ("/delete last x", "bad_id"),
    ("/delete 1 2", "bad_id"),
    ("/delete", "missing_argument"),
    ("/delete 7777", "no_such_message"),
    ("/reply 7777 text", "no_such_message"),
    ("/reply one text", "bad_id"),
    ("/reply 1", "missing_argument"),
    ("/reply", "missing_argument"),
    # seconds
    ("/temp 0 text", "bad_seconds"),
    ("/temp 0.999 text", "bad_seconds"),
    ("/temp -1 text", "bad_seconds"),
    ("/temp -0 text", "bad_seconds"),
    ("/temp nan text", "bad_seconds"),
    ("/temp inf text", "bad_seconds"),
    ("/temp -inf text", "bad_seconds"),
    ("/temp 1e308 text", "bad_seconds"),
    ("/temp 1e309 text", "bad_seconds"),
    ("/temp 1e-400 text", "bad_seconds"),
    ("/temp 1000000000 text", "bad_seconds"),
    ("/temp 2592001 text", "bad_seconds"),
    ("/temp 1_0 text", "bad_seconds"),
    ("/temp \uff19 text", "bad_seconds"),
    ("/temp 0x10 text", "bad_seconds"),
    ("/temp 30", "missing_argument"),
    ("/temp 30 ", "missing_argument"),
    ("/temp", "missing_argument"),
    # targets and tokens
    ("/to nobody text", "no_such_client"),
    ("/to ~nobody text", "no_such_client"),
    ("/to " + "n" * 65 + " text", "no_such_client"),
    ("/to bob", "missing_argument"),
    ("/to bob  ", "missing_argument"),
    ("/to", "missing_argument"),
    ("/txn \u00e9 text", "bad_token"),
    ("/txn " + "t" * 65 + " text", "bad_token"),
    ("/txn t", "missing_argument"),
    # commands
    ("", "empty"),
    ("  \n\t ", "empty"),
    ("\u200b", "empty"),
    ("/", "unknown_command"),
    ("/ hello", "unknown_command"),
    ("/DELETE 1", "unknown_command"),
    ("/ghost", "unknown_command"),
    ("/" + "x" * 60_000, "unknown_command"),
    ("/to bob /to zoe text", "twice"),
    ("/temp 5 /temp 6 text", "twice"),
    ("/txn a /txn b text", "twice"),
    ("/to bob /delete 1", "bad_argument"),
    ("/temp 30 /exit", "bad_argument"),
    ("/exit now", "bad_argument"),
    ("/to bob /ghost text", "unknown_command"),
    # size
    ("x" * (TEXT + 1), "too_long"),
    ("\U0001f600" * (TEXT + 1), "too_long"),
    ("/to bob /temp 30 " + "x" * (TEXT + 1), "too_long"),
    ("x" * 60_000, "too_long"),
    ("e\u0301\u0302\u0303\u0304" * 6_000, "too_long"),
    ("short" + "\u200b" * 20_000, "too_long"),
    ("/delete last" + " " * 20_000, "too_long"),
    ("x\n" * 100 + "x", "too_many_lines"),
    # names
    ("/name", "missing_argument"),
    ("/name " + LONGEST_NAME + "n", "bad_name"),
    ("/name two words", "bad_name"),
    ("/name no\u00a0break", "bad_name"),
    ("/name two\nlines", "bad_name"),
    ("/name bell\x07", "bad_name"),
    ("/name escape\x1b[31m", "bad_name"),
    ("/name c1\x9b31m", "bad_name"),
    ("/name left\u202eright", "bad_name"),
    ("/name join\u200der", "bad_name"),
    ("/name blank\u3164", "bad_name"),
    ("/name \u0301", "bad_name"),
    ("/name everyone", "bad_name"),
    ("/name ADMIN", "bad_name"),
    ("/name p\u0430ul", "bad_name"),
    ("/name ~id", "bad_name"),
    ("/name @ana", "bad_name"),
    ("/name bob", "name_taken"),
    ("/name BOB", "name_taken"),
    ("/name \uff42ob", "name_taken"),
    # not text
    (b"binary", "not_text"),
    (b"", "not_text"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code"), REFUSED, ids=short)
async def test_a_bad_line_gets_one_error_and_nobody_else_hears(house, line, code):
    """The sender is told what is wrong, the connection lives, and the log does not grow."""
    ana, bob = await house.person("ana"), await house.person("bob")
    await ana.say(line, "good")
    error, good = await ana.next(), await ana.next()
    assert error["type"] == "error"
    assert error["code"] == code, error
    assert 0 < len(error["text"]) < 700
    assert (good["type"], good["text"], good["id"]) == ("message", "good", 1)
    assert await bob.next() == good
    assert (ana.name, bob.name) == ("ana", "bob")


@pytest.mark.parametrize("before", ["", "/txn k7 ", "/txn k7 /to bob /temp 30 "])
@pytest.mark.parametrize("length", [TEXT + 1, 3 * TEXT, 10 * TEXT])
async def test_what_is_too_long_is_counted_without_what_stands_before_it(house, before, length):
    """People don't know of tokens: the number is that of what they have written."""
    ana, _ = await house.person("ana"), await house.person("bob")
    error = await ana.said(before + "x" * length)
    assert error["text"] == f"A message has at most {TEXT} characters; this one has {length}."


ACCEPTED = [
    ("x" * TEXT, "x" * TEXT),
    ("\U0001f600" * TEXT, "\U0001f600" * TEXT),
    ("\u4e2d" * TEXT, "\u4e2d" * TEXT),
    ("x\n" * 99 + "x", "x\n" * 99 + "x"),
    ("//", "/"),
    ("//to bob", "/to bob"),
    ("a\x00b\x1b[2Jc\x7fd\x9be", "a\ufffdb\ufffd[2Jc\ufffdd\ufffde"),
    ("\x1b]52;c;aGk=\x07", "\ufffd]52;c;aGk=\ufffd"),
    ("left\u202eright\u2066", "left\ufffdright\ufffd"),
    ("a\u2028b\u2029c", "a\ufffdb\ufffdc"),
    ("tag\U000e0041s", "tags"),
    ("private\ue000use", "private\ufffduse"),
    ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    ("\tindented", "    indented"),
    ("e" + "\u0301" * 50, "e" + "\u0301" * 3),
    ("[bold]not markup[/] {} %s", "[bold]not markup[/] {} %s"),
    ("\\u0000 \"quoted\" </script>", "\\u0000 \"quoted\" </script>"),
    ("/temp 2592000 longest", "longest"),
    ("/temp 1 shortest", "shortest"),
    ("/temp 1.5 half", "half"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "text"), ACCEPTED, ids=short)
async def test_what_can_be_said_arrives_made_harmless(house, line, text):
    """Up to the limits exactly, uncut; what could act on a terminal is replaced before it is kept."""
    ana, bob = await house.person("ana"), await house.person("bob")
    await ana.say(line)
    assert (await bob.next())["text"] == text
    assert (await ana.next())["text"] == text
    late = await house.person()
    assert [message["text"] for message in late.init["messages"]] == [text]


NAMES = [
    ("two words", "bad_name"), ("bell\x07", "bad_name"), ("a\u202eb", "bad_name"), (LONGEST_NAME + "n", "bad_name"),
    ("everyone", "bad_name"), ("p\u0430ul", "bad_name"), ("~id", "bad_name"), ("bob", "name_taken"),
    ("B\uff4fB", "name_taken"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "code"), NAMES, ids=short)
async def test_a_bad_name_in_the_address_still_lets_one_in(house, name, code):
    """The greeting comes with a name that is free, and then the reason."""
    await house.person("bob")
    ana = await house.person(quote(name))
    error = await ana.next()
    assert (error["type"], error["code"]) == ("error", code)
    assert ana.name.startswith("User")
    assert ana.name in error["text"]


async def test_the_longest_name_is_taken(house):
    """32 characters are a name, in the address and in the command."""
    ana = await house.person(LONGEST_NAME)
    await ana.say("/name " + "m" * 32)
    await ana.sees("m" * 32)


@pytest.mark.parametrize("target", ["/?" + "&".join("a" * 40), "/?name=%ff%fe&name=x", "/?=&;", "/?name="], ids=short)
async def test_a_strange_query_is_no_reason_to_stay_out(house, target):
    """Too many fields, bytes that are no text, nothing at all: one is let in."""
    assert (await house.person(target=target)).init["type"] == "init"


def header(first: int, second: int, more: bytes = b"") -> bytes:
    """The beginning of a frame, byte by byte."""
    return bytes([first, second]) + more


PIECE = masked(Opcode.CONT, b"x", fin=False)

# Bytes on an open connection, and the close code that answers them.
BROKEN = {
    "invalid UTF-8": (masked(Opcode.TEXT, b"\xff\xfe"), 1007),
    "a lone surrogate": (masked(Opcode.TEXT, b"\xed\xa0\x80"), 1007),
    "half a character": (masked(Opcode.TEXT, b"\xe2\x82"), 1007),
    "invalid UTF-8 over two fragments": (
        masked(Opcode.TEXT, b"\xe2\x82", fin=False) + masked(Opcode.CONT, b"x"), 1007,
    ),
    "64 KiB and a byte": (masked(Opcode.TEXT, b"x" * 65_537), 1009),
    "4 MiB": (masked(Opcode.BINARY, b"x" * (4 << 20)), 1009),
    "64 KiB and a byte in fragments": (
        masked(Opcode.TEXT, b"x" * 65_536, fin=False) + masked(Opcode.CONT, b"x"), 1009,
    ),
    "a length of 2^62": (header(0x81, 0xFF, struct.pack(">Q", 1 << 62)), 1009),
    "a length of 2^63": (header(0x81, 0xFF, struct.pack(">Q", 1 << 63)), 1009),
    "65 fragments": (masked(Opcode.TEXT, b"x", fin=False) + PIECE * 64, 1009),
    "65 empty fragments": (masked(Opcode.TEXT, b"", fin=False) + masked(Opcode.CONT, b"", fin=False) * 64, 1009),
    "not masked": (header(0x81, 0x01, b"x"), 1002),
    "a reserved bit": (header(0xC1, 0x81, b"\0\0\0\0x"), 1002),
    "a reserved opcode": (header(0x83, 0x81, b"\0\0\0\0x"), 1002),
    "a ping of 126 bytes": (header(0x89, 0xFE, struct.pack(">H", 126) + bytes(130)), 1002),
    "a ping in fragments": (header(0x09, 0x80, bytes(4)), 1002),
    "a continuation of nothing": (masked(Opcode.CONT, b"x"), 1002),
    "a text within a text": (masked(Opcode.TEXT, b"x", fin=False) + masked(Opcode.TEXT, b"y"), 1002),
    "a close of one byte": (masked(Opcode.CLOSE, b"\x03"), 1002),
    "a close with 1005": (masked(Opcode.CLOSE, struct.pack(">H", 1005)), 1002),
    "a close with a reason that is no text": (masked(Opcode.CLOSE, b"\x03\xe8\xff"), 1007),
    "a goodbye": (masked(Opcode.CLOSE, b"\x03\xe8"), 1000),
    "a goodbye without a reason": (masked(Opcode.CLOSE, b""), 1005),
    "a farewell and a goodbye in one": (masked(Opcode.TEXT, b"/exit") + masked(Opcode.CLOSE, b"\x03\xe8"), 1000),
    "a farewell and a broken frame in one": (masked(Opcode.TEXT, b"/exit") + header(0x81, 0x01, b"x"), 1002),
    "a new name and a goodbye in one": (masked(Opcode.TEXT, b"/name eve") + masked(Opcode.CLOSE, b"\x03\xe8"), 1000),
    "two goodbyes": (masked(Opcode.CLOSE, b"\x03\xe8") * 2, 1000),
    "a text after a goodbye": (masked(Opcode.CLOSE, b"\x03\xe8") + masked(Opcode.TEXT, b"hidden"), 1000),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
async def test_what_breaks_the_protocol_closes_with_its_code(house, caplog, kind):
    """The peer can read why, even when it was still sending; the others see it leave, and no more."""
    data, code = BROKEN[kind]
    bob = await house.person("bob")
    peer = await greeted_peer(house)
    await bob.sees("bob", "raw")
    await peer.send(data)
    assert await peer.close_code() == code
    await bob.sees("bob")
    assert (await bob.said("good"))["id"] == 1
    peer.sock.close()
    await house.eventually(lambda: len(house.connections) == 1)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
    assert await house.host.log.roster() == {"bob": bob.id}


async def test_a_message_in_64_fragments_is_one_message(house):
    """As many as that are put together, with a ping between them answered."""
    peer = await greeted_peer(house)
    bob = await house.person("bob")
    ping = masked(Opcode.PING, b"?")
    await peer.send(masked(Opcode.TEXT, b"x", fin=False) + PIECE * 31 + ping + PIECE * 31 + masked(Opcode.CONT, b"y"))
    assert (await bob.next())["text"] == "x" * 63 + "y"
    assert (await peer.until(lambda frame: frame.startswith(b"\x8a")))[-1] == b"\x8a?"


async def test_a_message_that_may_not_be_seen_is_as_one_that_never_was(house):
    """Whoever asks for a direct message of two others, or for a deleted one, gets the same words."""
    ana, bob, zoe = await house.people("ana", "bob", "zoe")
    await ana.say("/to bob secret", "gone", "/delete 2")
    await bob.until(lambda: len(bob.seen) == 3)
    for line in ("/reply {} text", "/delete {}", "/to bob /reply {} text"):
        answers = [await answer_of(zoe, line.format(number)) for number in (1, 2, 99)]
        assert answers[0] == answers[1] == answers[2]
        assert answers[0][0] == "no_such_message"


async def answer_of(person: Person, line: str) -> tuple[str, str]:
    """The error that answers a line, with its numbers taken out."""
    await person.say(line)
    while (event := await person.next())["type"] != "error":
        pass
    return event["code"], "".join(letter for letter in event["text"] if not letter.isdigit())


async def test_the_connection_that_broke_the_protocol_lingers_only_so_long(house):
    """Who gets a close code and does not hang up is cut off."""
    peer = await greeted_peer(house)
    await peer.send(masked(Opcode.TEXT, b"\xff"))
    (connection,) = house.connections
    await house.eventually(lambda: connection.stage.value == "closing")
    connection.sweep(asyncio.get_running_loop().time() + house.server.settings.close_timeout)
    await house.nobody()
