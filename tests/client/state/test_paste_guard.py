"""What is better asked about before it is sent."""

import pytest

from chat_tui.state.paste_guard import MANY_LINES, looks_like_a_secret, worry
from chatting import open_house
from client.chat_host import SIZES, chat

pytest_plugins = ("snapshots",)

SECRETS = [
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "here: ghp_" + "a1B2" * 9,
    "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3Blb",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
    "password: hunter22",
    "PASSWORD=$ecret99",
    "API_KEY=0123456789",
    "xoxb-" + "123456789012",
    "export API_TOKEN=abcd1234efgh5678",
    "token: 'abcd1234efgh5678'",
    "set -x; GITHUB_TOKEN = abcd.1234-efgh; run",
    "DB_PASSWORD: hunter22",
    "MYSQL_ROOT_PASSWORD=correcthorse",
    '{"user": "bob", "password": "hunter22"}',
    "SECRET_KEY='django-insecure'",
    "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
    "postgres://bob:s3cret@db/x",
    "DATABASE_URL=mysql+pymysql://root:hunter22@127.0.0.1:3306/app",
    "redis://:hunter22@cache",
    "amqp://bob:$ecret@queue",
    "clone https://bob:hunter22@git.example.org/x.git",
    "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
    "the other half is '" + "je7MtGbClwBF/2Zp9Utk/" + "h3yCo8nvbEXAMPLEKEY'.",
    "xK9#mQ2$vL7p",
    "  xK9#mQ2$vL7p\n",
    "`xK9#mQ2$vL7p`",
    "Tr0ub4dor&3",
    "P@ssw0rd!",
    "Summer2026!",
    "aB3=xY9+kL2/qW==",
    "q(7Zr)t2Wm",
    "^Rk4_vv.P9",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_is_for_one_person(text):
    """By its looks; to one person it is nothing to ask about."""
    assert "password" in worry(text, to_everyone=True)
    assert worry(text, to_everyone=False) == ""


TALK = [
    "I forgot my password again", "the secret: be kind", "see https://a.b/?token=x", "sk-8 boards", "a" * 4096,
    "git commit 0f343b0931126a20f133d67c2b018a3b1b2f5d1e", "password:", "x\n" * (MANY_LINES - 2) + "x",
    "0f343b0931126a20f133d67c2b018a3b1b2f5d1e", "0F343B0931126A20F133D67C2B018A3B1B2F5D1E",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6f9619ff-8b86-d011-b42d-00c04fc964ff", "{6F9619FF-8B86-D011-B42D-00C04FC964FF}",
    "https://example.org", "https://Example.org/Foo?Bar=1&b=2#C3", "http://localhost:8080/@bob",
    "www.Example.org/?A=1b",
    "GitHub.com/Foo/Bar?tab=1", "https://bob@example.org/", "ssh://git@example.org:22/x", "see http://a.b:80 and c@d.e",
    "https://docs.example.org/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit", "https://medium.com/@Bob/a:b@c",
    "postgres://user:password@host/db", "https://bob:${PASSWORD}@host", "https://bob:<secret>@host",
    "bob@example.org", "Bob.Builder2+chat@Example.org", "user@Example2.org",
    "foo(Bar1)", "foo(Bar1);", "Foo1().bar", "x.Foo(1)?", "Vec<U8and>", "items[Idx1]", "Foo1=Bar2",
    "Foo1==bar", "Foo{Bar:1}",
    "`Foo(Bar1)`", "**Chat2026**", "*Room101B*", "#Room101B", "@Bobby2000!", "$HOME/Foo1",
    "~/Foo+Bar1", "C:\\Users\\Bob1",
    ":Tada1::+1:", ":thumbs_up:", "Ctrl+F5!", "Ctrl+Alt+F5", "aB3!", "R2-D2", "Python3.11",
    "Python3.12?", "Ubuntu-22.04",
    "hello!!!", "HELLO2026!", "Hello!World", "v1.2.3-RC1", "10:30AM", "2026-11-23T15:17:38Z", "Zoë2026❤❤", "aB3!" * 17,
    "xK9#mQ2$vL7p is no longer valid", "src/Main/java/com/example/App1/FooBarBaz",
    "TheNameOfThisVeryLongTestIsFortyCharsLong", "a token: what is it?", "token: string;", "token = get_token1(user)",
    "token=" + "x" * 40, "the passwords: twelve letters", "password: ${DB_PASSWORD}", "password = {{ vault_password }}",
    "PASSWORD=<your password>", "secretary: Josephine", "my_secret_santa: Josephine", "tokenize: abcd1234efgh",
    "Donaudampfschifffahrtsgesellschaft", "你好Hello2026",
]  # fmt: skip


@pytest.mark.parametrize("text", TALK)
def test_ordinary_talk_is_not_asked_about(text):
    """A question that comes too often is answered without being read."""
    assert worry(text, to_everyone=True) == ""


@pytest.mark.parametrize(
    "part",
    [
        "a", "A1b", "a.", "/", "://", "a://", "a://:", "a://b:", "a://b:c", "password", "password ",
        "password=a ", "token", "eyJaaaaaaaa-", "postgres://bob:s3cret", "aB3/aB3/aB3+",
        "token=", "-token=a", "token= ", "token=a-", "eyJ", "eyJaaaaaaaa.a", "-----BEGIN ", " ", "\n", "aB3/", "'aB",
        "(", "xK9#",
        "_secret_", "secret\"", "=", "sk-a.", "AKIA", "@",
    ],
)  # fmt: skip
def test_the_longest_text_is_gone_through_once(part):
    """Made of what begins a secret again and again, it is no secret, and is known not to be in milliseconds."""
    assert not looks_like_a_secret((part * 32_768)[:32_768])


def test_many_lines_are_asked_about_whoever_gets_them():
    """A slip of the clipboard is one for everybody."""
    text = "\n".join("x" * MANY_LINES)
    assert worry(text, to_everyone=True) == worry(text, to_everyone=False) == f"This message has {MANY_LINES} lines."


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
        await ana.click("Send it to one person")
        await ana.shows("Send messages to")
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
        assert sum(len(view.history.messages) for view in ana.app.store.views) == 3
