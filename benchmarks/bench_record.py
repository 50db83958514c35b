"""A record of a million messages in one file: how long the server takes to start, and to show old and found messages.

Pages and searches are asked for one by one while others write 200 messages a second. Beside the start: that with an
empty file; beside pages and searches: those of a record of 10,000 messages.
"""

import asyncio
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import msgspec
from figures import tell
from lines import AUTHORS
from measuring import Program, chat_server, percentile
from wire import Client, connect

from chat_server.core.entries import MESSAGE, NewEntry, NewMessage, encode_draft
from chat_server.log.sqlite import SqliteLog

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "1000000"))
SMALL = 10_000  # messages, to compare with
STARTS, PAGES, SEARCHES = 5, 400, 200
WRITTEN = 200.0  # messages a second
_BATCH, _UNINDEXED = 10_000, 1_000
_WORDS = 20_000  # different ones; the most common is in every tenth message, as in life
_PATIENCE = 30.0


def vocabulary(random_of: random.Random) -> list[str]:
    """Made-up words, the most common first."""
    letters = "etaoinshrdlu"
    return ["".join(random_of.choices(letters, k=random_of.randint(3, 9))) + str(n) for n in range(_WORDS)]


def texts(count: int) -> Iterator[str]:
    """Texts of some words, whose frequencies fall as Zipf's law says."""
    random_of = random.Random(5)
    words = vocabulary(random_of)
    weights = [1 / rank for rank in range(1, _WORDS + 1)]
    pool = random_of.choices(words, weights, k=1 << 16)
    for _ in range(count):
        at = random_of.randrange(len(pool) - 16)
        yield " ".join(pool[at : at + random_of.randint(4, 14)])


async def fill(path: Path, count: int) -> None:
    """Write a record."""
    log = SqliteLog(path)
    await log.open()
    begin = time.time() - count
    waiting: list[asyncio.Future[int]] = []
    for number, text in enumerate(texts(count)):
        author = AUTHORS[number % len(AUTHORS)]
        draft = NewMessage(text=text, from_id=f"~{author}", from_name=author, sent_at=begin + number)
        waiting.append(log.append(NewEntry(MESSAGE, encode_draft(draft))))
        if len(waiting) == _BATCH:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)
    while log.unindexed > _UNINDEXED:  # noqa: ASYNC110 - in life it happens between one message and the next
        await asyncio.sleep(0.1)
    await log.close()


def start_seconds(path: Path) -> float:
    """From the start of the program to the first event."""
    begin = time.perf_counter()
    with chat_server("--log", f"sqlite:{path}") as server:
        connect(server.port, 1)
        return time.perf_counter() - begin


class Asker:
    """Asks, and waits for the answer."""

    def __init__(self, server: Program) -> None:
        self._client: Client = connect(server.port, 1)[0][0]
        self._client.socket.settimeout(_PATIENCE)

    def ask(self, line: str, kind: bytes) -> tuple[float, bytes]:
        """Seconds until the answer, and the answer."""
        begin = time.perf_counter()
        self._client.say(line)
        while True:
            for text in self._client.receive():
                if text.startswith(b'{"type":"%b"' % kind):
                    return time.perf_counter() - begin, text
                if text.startswith(b'{"type":"error"'):
                    raise RuntimeError(text.decode())


def _write(server: Program, ended: threading.Event) -> None:
    client, source = connect(server.port, 1)[0][0], texts(1 << 30)
    while not ended.wait(1 / WRITTEN):
        client.say(next(source))
        client.receive()


def _measure(path: Path, count: int) -> tuple[list[float], list[float], float]:
    """Seconds of each page and of each search; the share of searches that found something."""
    with chat_server("--log", f"sqlite:{path}", "--rate-limit", "off") as server:
        ended = threading.Event()
        writer = threading.Thread(target=_write, args=(server, ended))
        writer.start()
        random_of = random.Random(6)
        asker = Asker(server)
        pages = [asker.ask(f"/history {random_of.randrange(200, count)} 200", b"history")[0] for _ in range(PAGES)]
        words = vocabulary(random.Random(5))
        questions = [_question(random_of, words) for _ in range(SEARCHES)]
        answers = [asker.ask(f"/search {question}", b"search") for question in questions]
        ended.set()
        writer.join()
    found = sum(bool(msgspec.json.decode(answer)["messages"]) for _, answer in answers) / SEARCHES
    return pages, [seconds for seconds, _ in answers], found


def _question(random_of: random.Random, words: list[str]) -> str:
    """One word, common or rare; two; a phrase; a beginning; a sender's."""
    one, two = words[int(_WORDS ** random_of.random()) - 1], words[int(_WORDS ** random_of.random()) - 1]
    return random_of.choice([one, f"{one} {two}", f'"{one} {two}"', f"{one[:4]}*", f"{one} from:{AUTHORS[0]}"])


def main() -> None:
    """Tell the start beside that with an empty file, pages and searches beside those of a small record."""
    with tempfile.TemporaryDirectory() as folder:
        full, small, empty = (Path(folder, f"{name}.db") for name in ("full", "small", "empty"))
        begin = time.perf_counter()
        asyncio.run(fill(full, MESSAGES))
        filled = time.perf_counter() - begin
        asyncio.run(fill(small, SMALL))
        asyncio.run(fill(empty, 0))
        starts = [[start_seconds(path) for path in (full, empty)] for _ in range(STARTS)]
        *theirs, _ = _measure(small, SMALL)
        *mine, found = _measure(full, MESSAGES)
        size = full.stat().st_size / 1e6
    first, floor = (median(each) * 1e3 for each in zip(*starts, strict=True))
    record = f"{MESSAGES:,} messages in a file"
    tell(f"{record}, start to first event", first, "an empty file", floor, "ms", more_is_better=False)
    for what, large, little in zip(("a page", "a search"), mine, theirs, strict=True):
        for part in (50, 99):
            times = [percentile(each, part) * 1e3 for each in (large, little)]
            tell(f"{record}, {what}, p{part}", times[0], f"{SMALL:,} messages", times[1], "ms", more_is_better=False)
    print(
        f"  {PAGES} pages of 200 messages, {SEARCHES} searches ({found:.0%} found something) while {WRITTEN:.0f}"
        f" messages a second are written; the file has {size:.0f} MB and was written in {filled:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
