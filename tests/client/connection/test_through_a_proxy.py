"""Behind a reverse proxy: it has moved, or wants a login; our secret goes where it was meant to, and only there."""

import asyncio
import base64
import shutil
import ssl
import subprocess
from contextlib import asynccontextmanager, suppress

import pytest

from chat_tui.connection.head_start import HeadStart
from chat_tui.connection.states import TurnedAway
from chatting import open_house
from client.connection_host import Listener, Person, head_starts_end

SECRET = "s" * 64
LOGIN = "Basic " + base64.b64encode(b"ana:p@ss").decode()
OPENSSL = shutil.which("openssl")


async def pump(reader, writer):
    """Pass on what comes."""
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def proxy(house, answer=lambda _: b"", context=None):
    """A proxy before a server; yields its port and the heads of requests. `answer` is sent in place of passing on."""
    heads = []

    async def meet(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        heads.append(head)
        if own := answer(head):
            writer.write(own)
            writer.close()
            return
        there, back = await asyncio.open_connection("127.0.0.1", house.server.port)
        back.write(head.encode())
        await asyncio.gather(pump(reader, back), pump(there, writer))

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], heads
    finally:
        server.close()


def reply(status, *headers):
    """An answer of a proxy's own."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "", ""]).encode()


async def begun_at(url):
    """A connection to there that somebody only has to take."""
    begun = HeadStart(url)
    await asyncio.to_thread(head_starts_end)
    return begun


async def you_at(url, begun=None):
    """The id under which a server knows us there."""
    async with Person(url, secret=SECRET, begun=begun) as person:
        await person.until(lambda: person.store.people.you is not None)
        return person.store.people.you.id


async def refusal_at(url, begun=None):
    """Why nobody is let in there."""
    async with Listener(url, secret=SECRET, begun=begun) as listener:
        refused = await listener.next(TurnedAway)
        assert refused.fatal
        return refused.reason


def wants_login(head):
    """A proxy that lets nobody through without a login."""
    return (
        b"" if f"authorization: {LOGIN}".lower() in head.lower() else reply("401 No", 'WWW-Authenticate: Basic x="y"')
    )


async def test_a_login_for_the_proxy_stands_in_the_address():
    """The secret goes beside it: the server knows us by it as ever."""
    async with open_house() as house, proxy(house, wants_login) as (port, heads):
        known = await you_at(house.url())
        assert await you_at(f"ws://ana:p%40ss@127.0.0.1:{port}") == known
        [head] = heads
        assert head.count("Authorization") == 1
        assert f"Chat-Secret: {SECRET}" in head
        assert "wss://user:password@host" in await refusal_at(f"ws://127.0.0.1:{port}")
        assert "valid user name and password" in await refusal_at(f"ws://ana:wrong@127.0.0.1:{port}")


async def test_a_redirect_to_another_path_is_followed():
    """With the secret, which stays at the same place."""
    async with open_house() as house:
        there = house.url().removesuffix("/").rpartition(":")[2]
        moved = reply("302 Found", "Location: /")
        async with proxy(house, lambda head: moved if "GET /old" in head else b"") as (port, heads):
            assert await you_at(f"ws://127.0.0.1:{port}/old") == await you_at(f"ws://127.0.0.1:{there}")
            assert [head.split()[1] for head in heads] == ["/old", "/"]
            assert all(SECRET in head for head in heads)


async def test_a_connection_that_was_begun_before_hears_the_same():
    """A redirect, which is followed over a second one, and a refusal in the usual words."""
    async with open_house() as house:
        known = await you_at(house.url())
        moved = reply("302 Found", "Location: /")
        async with proxy(house, lambda head: moved if "GET /old" in head else b"") as (port, heads):
            url = f"ws://127.0.0.1:{port}/old"
            assert await you_at(url, await begun_at(url)) == known
            assert [head.split()[1] for head in heads] == ["/old", "/"]
        async with proxy(house, wants_login) as (port, heads):
            url = f"ws://127.0.0.1:{port}/"
            assert await refusal_at(url, await begun_at(url)) == await refusal_at(url)
            assert len(heads) == 2


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_a_redirect_elsewhere_is_told_and_not_followed(status):
    """Nobody there hears of us."""
    async with open_house() as house, proxy(house) as (other, unheard):
        here = reply(status, f"Location: http://127.0.0.1:{other}/")
        async with proxy(house, lambda _: here) as (port, heads):
            assert f"has moved to 127.0.0.1:{other}. Connect there instead." in await refusal_at(
                f"ws://127.0.0.1:{port}"
            )
            assert (len(heads), unheard) == (1, [])


async def test_a_redirect_that_goes_in_circles_ends():
    """After a few of them."""
    async with open_house() as house, proxy(house, lambda _: reply("302 Found", "Location: /")) as (port, heads):
        assert "keeps redirecting" in await refusal_at(f"ws://127.0.0.1:{port}")
        assert len(heads) == 5


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """One for localhost that has signed itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", key, "-out", cert, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def served_with(cert, key):
    """What a server speaks TLS by."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context


@pytest.fixture
def trusted(certificate, monkeypatch):
    """What a server speaks TLS by, whose certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    return served_with(*certificate)


@pytest.mark.skipif(not OPENSSL, reason="needs openssl")
async def test_a_redirect_to_tls_is_followed_for_good(trusted):
    """At the same host, with the secret; who was sent there for good goes there at once the next time."""
    async with open_house() as house, proxy(house, context=trusted) as (secure, heads):
        known = await you_at(house.url())
        moved = reply("301 Moved", f"Location: https://localhost:{secure}/")
        async with (
            proxy(house, lambda _: moved) as (port, asked),
            Person(f"ws://localhost:{port}", secret=SECRET) as person,
        ):
            await person.until(lambda: person.store.people.you is not None)
            assert person.store.people.you.id == known
            for session in house.sessions:
                session.connection.transport.abort()
            await person.until(lambda: len(heads) == 2)
            assert len(asked) == 1


@pytest.mark.skipif(not OPENSSL, reason="needs openssl")
async def test_tls_is_spoken_over_what_was_begun_in_the_clear(trusted):
    """The name is checked as ever."""
    async with open_house() as house, proxy(house, context=trusted) as (port, heads):
        url = f"wss://localhost:{port}/"
        assert await you_at(url, await begun_at(url)) == await you_at(house.url())
        assert len(heads) == 1
        url = f"wss://127.0.0.1:{port}/"
        assert "is for a different name" in await refusal_at(url, await begun_at(url))


@pytest.mark.skipif(not OPENSSL, reason="needs openssl")
async def test_why_a_certificate_is_not_trusted(certificate, monkeypatch, tmp_path):
    """What is wrong with it, or with the file that says whom to trust."""
    cert, key = certificate
    async with open_house() as house, proxy(house, context=served_with(cert, key)) as (port, _):
        for file, why in [
            (tmp_path / "missing.pem", f"SSL_CERT_FILE is {tmp_path}/missing.pem, but there's no such file."),
            (tmp_path, "which can't be read (Is a directory)."),
            (__file__, "but it holds no certificate."),
        ]:
            monkeypatch.setenv("SSL_CERT_FILE", str(file))
            assert why in await refusal_at(f"wss://localhost:{port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        assert "is for a different name" in await refusal_at(f"wss://127.0.0.1:{port}")
        monkeypatch.delenv("SSL_CERT_FILE")
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nowhere"))
        assert "nowhere, but there's no such folder." in await refusal_at(f"wss://localhost:{port}")
        monkeypatch.delenv("SSL_CERT_DIR")
        assert "uses a self-signed certificate" in await refusal_at(f"wss://localhost:{port}")
