"""A line that an earlier run could not send is in the conversation again."""

from hashlib import sha256
from pathlib import Path

from chat_tui.state.outbox_codec import SavedLine
from chat_tui.storage.outbox_file import OutboxFile
from chatting import open_house
from client.chat_host import chat, chat_at

NOW = 1_800_000_000.0


def left_behind(folder: Path, url: str, *lines: SavedLine) -> OutboxFile:
    """What another window of ana's has written down; gives the file for the next one."""
    file = OutboxFile(folder, url, "ana's")
    file.take_over(NOW)
    file.save(lines, NOW)
    file.close()
    return OutboxFile(folder, url, "ana's")


async def test_what_waited_goes_out_once_and_what_is_in_doubt_when_the_user_says_so(tmp_path):
    """By keys it is sent again, by the mouse discarded; nothing stays on disk of what was kept or discarded."""
    async with open_house() as house:
        bob = await house.person("bob")
        outbox = left_behind(
            tmp_path, house.url(),
            SavedLine("t-1", "waited", "waited", NOW - 10, tried=True),
            SavedLine("t-2", f"/to {bob.id} for bob, long ago", "x", NOW - 9000, tried=True),
            SavedLine("t-3", "to everyone? no", "to everyone? no", NOW - 9000, ask=True),
            SavedLine("t-4", "/temp 5 too late", "x", NOW - 1, tried=True),
        )  # fmt: skip
        async with chat(house, "ana", outbox=outbox, clock=lambda: NOW + 10) as ana:
            await ana.shows("1 unsent line is gone")
            await bob.hears("waited")
            assert bob.seen[-1]["txn"] == "t-1"
            await ana.shows("private → bob, maybe not", "to everyone? no")
            await ana.until(lambda: outbox.holds == {"t-2", "t-3"})
            await ana.click("to everyone? no")
            await ana.click("Discard")
            await ana.click("Discard? d again")
            await ana.lacks("to everyone? no")
            await ana.press("alt+up", "s")
            await bob.hears("for bob, long ago")
            await ana.lacks("maybe not sent")
            await ana.until(lambda: not list(tmp_path.glob("*.json")))
        assert not list(tmp_path.iterdir())


async def test_what_the_server_has_is_not_said_again(tmp_path):
    """Though it was said before all that is loaded, or is gone: the answer ends the wait, and nobody hears of it."""
    async with open_house() as house:
        bob = await house.person("bob")
        before = await house.person("ana", secret=sha256(b"ana").hexdigest())
        await before.say("/txn t-1 one", "/txn t-2 two", "/delete 2")
        await bob.say(*(f"{n} later" for n in range(250)))
        await before.hears("249 later")
        await before.socket.close()
        lines = [
            SavedLine("t-1", "one", "one", NOW - 10, tried=True),
            SavedLine("t-2", "two", "two", NOW - 9, tried=True),
        ]
        outbox = left_behind(tmp_path, house.url(), *lines)
        async with chat(house, "ana", outbox=outbox, clock=lambda: NOW) as ana:
            await ana.shows("▊ 249 later")
            await ana.until(lambda: not ana.app.store.outbox and not outbox.holds)
            await ana.lacks("sending…")
            await bob.hears("249 later")
            await ana.say("end")
            assert await bob.hears("end") == []


async def test_a_line_is_on_disk_before_it_is_sent_and_until_its_echo(tmp_path):
    """While nobody listens it waits there; a message that deletes itself no longer than it lives."""
    now = [NOW]
    outbox = OutboxFile(tmp_path, "ws://127.0.0.1:9/", "ana's")
    async with chat_at("ws://127.0.0.1:9/", outbox=outbox, clock=lambda: now[0]) as ana:
        await ana.say("hello")
        await ana.say("/temp 1 the code")
        assert len(outbox.holds) == 2
        now[0] += 1.0
        await ana.until(lambda: len(outbox.holds) == 1)
        await ana.shows("the code")
        assert ana.app.unsent_waits is False
        written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"hello" in written
        assert b"code" not in written


async def test_a_disk_that_can_not_be_written_is_told_and_everything_goes_on(tmp_path):
    """Once; the line is sent all the same."""
    (tmp_path / "in the way").write_text("")
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, "ana", outbox=OutboxFile(tmp_path / "in the way", house.url(), "ana's")) as ana:
            await ana.say("hello")
            await ana.shows("A crash would lose", "your unsent lines")
            await bob.hears("hello")
