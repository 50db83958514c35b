"""A proxy before the server wants a login: it is asked for, given, and neither shown nor kept."""

import base64

from chatting import open_house
from client.chat_host import chat_at
from client.connection.test_through_a_proxy import proxy, reply

RIGHT = "Basic " + base64.b64encode("ana:gehéim".encode()).decode()


def wants_login(head):
    """A proxy that lets one person through."""
    return (
        b""
        if f"authorization: {RIGHT}".lower() in head.lower()
        else reply("401 No", 'WWW-Authenticate: Basic realm="x"')
    )


async def test_a_login_is_asked_for_where_one_is_missing():
    """Until it is the right one; then it goes on as ever, and the password was on no screen."""
    async with open_house() as house, proxy(house, wants_login) as (port, _), chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows(f"Log in to 127.0.0.1:{port}", "user name", "password")
        await ana.write("ana")
        await ana.press("enter")
        await ana.write("falsch")
        await ana.press("enter")
        await ana.shows("valid user name and password", "Log in to")
        await ana.write("ana")
        await ana.press("tab")
        await ana.write("gehéim")
        assert "gehéim" not in "\n".join(ana.rows)
        await ana.press("enter")
        await ana.shows("● connected")
        await ana.say("hello")
        await ana.shows("hello")


async def test_who_does_not_log_in_may_do_it_later():
    """From the banner."""
    async with open_house() as house, proxy(house, wants_login) as (port, _), chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows("Log in to")
        await ana.press("escape")
        await ana.lacks("Log in to")
        await ana.click("Log in")
        await ana.shows("Log in to")
        await ana.press("escape")
