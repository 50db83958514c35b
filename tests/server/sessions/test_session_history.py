"""Older messages and found ones, for whoever asks."""

import pytest


def numbers(answer):
    """The ids of an answer's messages."""
    return [message["id"] for message in answer["messages"]]


async def test_older_messages_come_in_pages(house):
    """Oldest first, as many as were asked for; the last page says that nothing is older."""
    ana = await house.person("ana")
    for number in range(1, 8):
        await ana.said(f"line {number}")
    page = await ana.said("/txn k1 /history 7 4")
    assert (page["type"], page["before"], numbers(page), page["more"], page["txn"]) == (
        "history", 7, [3, 4, 5, 6], True, "k1"
    )  # fmt: skip
    assert [message["text"] for message in page["messages"]] == [f"line {number}" for number in range(3, 7)]
    page = await ana.said("/history 3")
    assert (numbers(page), page["more"]) == ([1, 2], False)
    assert "txn" not in page
    assert (await ana.said("/history 1"))["messages"] == []
    assert numbers(await ana.said("/history 999999 2")) == [6, 7]


async def test_messages_are_found(house):
    """Newest first, with what is asked and whether there is more."""
    ana, bob = await house.people("ana", "bob")
    for number in range(1, 26):
        await ana.said(f"the build is {'green' if number % 2 else 'red'}")
    found = await bob.said("/search green from:ana")
    while found["type"] != "search":
        found = await bob.next()
    assert (found["query"], numbers(found), found["more"]) == ("green from:ana", [*range(25, 0, -2)], False)
    found = await bob.said("/txn s /search build")
    assert (numbers(found), found["more"], found["txn"]) == ([*range(25, 5, -1)], True, "s")
    assert numbers(await bob.said("/search build before:6")) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("question", ["/history 100", "/search secret"])
async def test_nobody_is_shown_what_is_not_for_them(house, question):
    """A direct message is in the answers of its two people alone; what is deleted is in none."""
    ana, bob, cat = await house.people("ana", "bob", "cat")
    await ana.said("/to bob a secret")
    await ana.said("no secret at all")
    await ana.said("a secret that is deleted")
    await ana.said("/delete 3")
    answers = []
    for person in (ana, bob, cat):
        answer = await person.said(question)
        while answer["type"] not in ("history", "search"):
            answer = await person.next()
        answers.append(sorted(numbers(answer)))
    assert answers == [[1, 2], [1, 2], [2]]


async def test_an_answer_comes_after_ones_own_lines(house):
    """What was said before the question is in it, and its echo is there already."""
    ana = await house.person("ana")
    await ana.say("one", "two", "/history 100", "three")
    assert [event.get("text", event["type"]) for event in [await ana.next() for _ in range(4)]] == [
        "one", "two", "history", "three"
    ]  # fmt: skip
    assert numbers(next(event for event in ana.seen if event["type"] == "history")) == [1, 2]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("/history", "missing_argument"),
        ("/history x", "bad_id"),
        ("/history 5 0", "bad_argument"),
        ("/history 5 201", "bad_argument"),
        ("/history 5 x", "bad_argument"),
        ("/search", "missing_argument"),
        ("/search !!!", "bad_query"),
        ("/to ana /search x", "bad_argument"),
    ],
)
async def test_what_can_not_be_shown_is_refused(house, line, code):
    """In words."""
    ana = await house.person("ana")
    assert (await ana.said(line))["code"] == code


async def test_an_answer_holds_256_kib_at_most(house):
    """What does not fit is said to be there: the newest come first."""
    ana = await house.person("ana")
    for _ in range(70):
        await ana.said("😀" * 1024)  # 4 KiB each
    page = await ana.said("/history 1000")
    assert numbers(page)[-1] == 70
    assert 55 < len(page["messages"]) < 70
    assert page["more"]
