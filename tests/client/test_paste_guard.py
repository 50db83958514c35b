"""What is better asked about before it is sent."""

import pytest

from chat_tui.paste_guard import MANY_LINES, worry
from chatting import open_house
from client.chat_host import SIZES, chat

pytest_plugins = ("snapshots",)

SECRETS = [
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "here: ghp_" + "a1B2" * 9,
    "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3Blb",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
    "password: hunter22",
    "API_KEY=0123456789",
    "xoxb-" + "123456789012",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_is_for_one_person(text):
    """By its looks; to one person it is nothing to ask about."""
    assert "password" in worry(text, to_everyone=True)
    assert worry(text, to_everyone=False) == ""


@pytest.mark.parametrize(
    "text",
    [
        "I forgot my password again", "the secret: be kind", "see https://a.b/?token=x", "sk-8 boards", "a" * 4096,
        "git commit 0f343b0931126a20f133d67c2b018a3b1b2f5d1e", "password:", "x\n" * (MANY_LINES - 2) + "x",
    ],
)  # fmt: skip
def test_ordinary_talk_is_not_asked_about(text):
    """A question that comes too often is answered without being read."""
    assert worry(text, to_everyone=True) == ""


def test_many_lines_are_asked_about_whoever_gets_them():
    """A slip of the clipboard is one for everybody."""
    text = "\n".join("x" * MANY_LINES)
    assert worry(text, to_everyone=True) == worry(text, to_everyone=False) == f"This has {MANY_LINES} lines."


async def test_nothing_is_sent_before_an_answer(snapshot):
    """Back, for one person, for a while, or as it is: by letter, by Enter, by mouse; the text is never lost."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await ana.say("password: hunter22")
        await ana.shows("This looks like a password or a key")
        for columns, rows in SIZES:
            await ana.size(columns, rows)
            snapshot(ana.app, f"chat-question-{columns}x{rows}")
        await ana.size(80, 24)
        await ana.press("enter")
        await ana.shows("▊ password: hunter22", "to Everyone")
        await ana.press("enter")
        await ana.click("Write it to one person")
        await ana.shows("Message whom?")
        await ana.press(*"bob", "enter", "enter")
        assert (await bob.next())["to_id"] == bob.id
        await ana.press("escape")
        await ana.say("password: hunter23")
        await ana.shows("This looks like")
        await ana.press("t")
        assert (await bob.next())["expires_at"]
        await ana.say("password: hunter24")
        await ana.shows("This looks like")
        await ana.press("s")
        assert (await bob.next())["text"] == "password: hunter24"
        assert len(ana.app.store.messages) == 3
