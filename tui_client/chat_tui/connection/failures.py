"""Connection failures: explains an error on the way to a server to a person, with its cause and the next step. Pure."""

import errno
import re
import socket
import ssl
from typing import NamedTuple

from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
    ProxyError,
)
from websockets.http11 import Response

from chat_protocol.events import CLOSE_RESTART, CLOSE_SLOW
from chat_protocol.patterns import deferred
from chat_protocol.text import clean_line
from chat_tui.connection.address import ConnectionUrlError, is_here

_LONGEST_QUOTE = 200
_LONGEST_WAIT = 60.0

_PORT = deferred(r":[0-9]+$")
_LOGIN = deferred(r"(?<=//)[^/\s]*@")
"""The password of a proxy, in a URL that is quoted."""

_STATUS_HINTS = {
    400: "It doesn't understand chat-tui; one of the two may be out of date.",
    401: "You need to log in. Ask its operator for access.",
    403: "You don't have access. Ask its operator for it.",
    404: "There's no room at this address. Check the part after the host.",
    409: "That name is taken. Choose another.",
    426: "It doesn't understand chat-tui; one of the two may be out of date.",
    429: "Too many connections from here. Wait a moment.",
}

_WANTS_TLS = (b"HTTPS port", b"HTTPS server", b"SSL-enabled server port")
"""What nginx, servers in Go, and Apache say to a plain request where TLS is spoken."""

_OTHER_NAME = (
    "The certificate of {host} is for a different name. Check the address: this may not be the server you want."
)
_OWN_AUTHORITY = (
    "The certificate of {host} comes from an authority that this computer doesn't know. If it's your own, set "
    "SSL_CERT_FILE to the authority's file."
)
_WRONG_CERTIFICATES = {
    9: "The certificate of {host} isn't valid yet. Is this computer's clock right?",
    10: "The certificate of {host} has expired. Tell the server's operator, unless this computer's clock is wrong.",
    23: "The certificate of {host} has been revoked. Tell the server's operator.",
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
"""By OpenSSL's numbers (X509_V_ERR_...)."""
_UNKNOWN_SIGNERS = {
    18: "{host} uses a self-signed certificate. If it's your own, set SSL_CERT_FILE to its file.",
    19: _OWN_AUTHORITY,
    20: _OWN_AUTHORITY,
    21: _OWN_AUTHORITY,
}

_CLOSE_SENTENCES = {
    1000: "The server closed the connection.",
    1001: "The server is shutting down.",
    1002: "The server couldn't read what chat-tui sent, so it closed the connection.",
    1003: "The server couldn't read what chat-tui sent, so it closed the connection.",
    1007: "The server couldn't read what chat-tui sent, so it closed the connection.",
    1008: "The server closed the connection because of its rules.",
    1009: "A line was too long for the server, so it closed the connection.",
    1011: "The server ran into an error and closed the connection.",
    CLOSE_RESTART: "The server is restarting.",
    1013: "The server is too busy.",
    CLOSE_SLOW: "This connection was too slow, so the server closed it; catching up.",
}


_OUR_CLOSE_SENTENCES = {
    1000: "The connection was closed.",
    1002: "The server broke the WebSocket protocol, so the connection was closed.",
    1008: "The server sent too many empty frames, so the connection was closed.",
    1009: "The server sent more at once than chat-tui accepts, so the connection was closed.",
    1011: "The server has stopped answering.",
}


class Failure(NamedTuple):
    """Why there is no connection.

    `refused`: somebody is there and said no; `fatal`: another try would end the same way. `retry_after` is the least
    wait before it, in seconds. `login`: a proxy wants a user name and a password.
    """

    reason: str
    fatal: bool = False
    refused: bool = False
    retry_after: float = 0.0
    login: bool = False


def explain(error: Exception, host: str, *, new_tls: bool = False, trust: str = "") -> Failure:  # noqa: PLR0911 - a table, a row an error
    """Return what an error means that came up while connecting to `host` or being connected.

    `new_tls`: TLS was asked for, and no chat-server has ever answered at this address. `trust` says what is wrong with
    the certificates that this computer was told to trust.
    """
    match error:
        case ConnectionUrlError():
            return Failure(str(error), fatal=True)
        case ConnectionClosed():
            return Failure(_closed(error))
        case InvalidStatus():
            return _status(error.response, host)
        case ProxyError():
            return Failure(f"The proxy won't connect to {host}.")
        case InvalidProxy() | InvalidURI() | ImportError():
            return Failure(f"Your proxy settings don't work: {_quoted(str(error))}", fatal=True)
        case InvalidMessage() if isinstance(error.__cause__, EOFError):
            return Failure(f"{host} closed the connection without answering. Does the address need wss://?")
        case InvalidHandshake():
            return not_a_chat_server(host)
        case ssl.SSLCertVerificationError():
            return Failure(_distrust(error, host, trust), fatal=True)
        case OSError():
            return _unreachable(error, host, new_tls=new_tls)
        case _:
            return Failure(f"The connection to {host} failed: {_quoted(str(error) or type(error).__name__)}")


def not_a_chat_server(host: str) -> Failure:
    """Something answers, and it does not speak the protocol."""
    return Failure(
        f"{host} answers, but it isn't a chat-server. Check the host, the port, and ws:// or wss://.", fatal=True
    )


def _unreachable(error: OSError, host: str, *, new_tls: bool) -> Failure:  # noqa: PLR0911 - a table, a row an error
    if new_tls and (failure := _hung_up_on_tls(error, host)) is not None:
        return failure
    match error:
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return Failure(f"{host} closed the connection without answering.")
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER" | "RECORD_LAYER_FAILURE" | "HTTP_REQUEST"):
            return Failure(f"{host} doesn't use TLS. Try ws:// instead of wss://.", fatal=True)
        case ssl.SSLError():
            return Failure(f"Can't set up TLS with {host}: {_quoted(error.reason or str(error))}", fatal=True)
        case TimeoutError():
            return Failure(f"{host} isn't answering. Check the address, and whether a firewall is in the way.")
        case socket.gaierror():
            return Failure(f"Can't find a host called {_PORT.sub('', host)}. Check the address and your network.")
        case _ if _is(error, errno.ECONNREFUSED):
            advice = " To start one, run chat-server." if is_here(f"//{host}") else ""
            return Failure(f"Can't reach {host}. Is the server running?{advice}")
        case ConnectionError():
            return Failure(f"{host} dropped the connection.")
        case _:
            return Failure(f"Can't reach {host}: {_quoted(error.strerror or str(error))}")


def _distrust(error: ssl.SSLCertVerificationError, host: str, trust: str) -> str:
    """Why a certificate is not trusted: what is wrong with it, or with what we were told to trust."""
    code = getattr(error, "verify_code", 0)
    if trust and code not in _WRONG_CERTIFICATES:
        return f"The certificate of {host} can't be checked: {_quoted(trust)}"
    if sentence := _WRONG_CERTIFICATES.get(code) or _UNKNOWN_SIGNERS.get(code):
        return sentence.format(host=host)
    return (
        f"The certificate of {host} isn't trusted: {_quoted(error.verify_message)} If it's your own, "
        "set SSL_CERT_FILE to its authority's file."
    )


def _hung_up_on_tls(error: OSError, host: str) -> Failure | None:
    """Of a connection that ended in the TLS handshake asyncio tells by a reset that has neither number nor words."""
    match error:
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError() | ConnectionResetError(args=()):
            return Failure(f"{host} doesn't seem to use TLS. Try ws:// instead of wss://.", fatal=True)
        case ConnectionResetError():  # perhaps by what passes connections on to a server that is down
            return Failure(f"{host} dropped the TLS handshake. If it doesn't use TLS, try ws:// instead of wss://.")
        case _:
            return None


def _is(error: OSError, number: int) -> bool:
    """Is it this error, also when it happened at every address of one host? asyncio then tells it in words only."""
    return error.errno == number or (error.errno is None and f"[Errno {number}]" in str(error))


def _status(response: Response, host: str) -> Failure:
    code = response.status_code
    if code < 400:
        return not_a_chat_server(host)
    if code == 401 and response.headers.get("WWW-Authenticate", "").lower().startswith("basic"):
        return Failure(
            f"{host} needs a valid user name and password. Put them in the address: wss://user:password@host.",
            fatal=True,
            login=True,
        )
    if code == 400 and any(words in (response.body or b"") for words in _WANTS_TLS):
        return Failure(f"{host} requires TLS. Use wss:// instead of ws://.", fatal=True)
    said = _body(response)
    hint = _STATUS_HINTS.get(code) or ("It's unavailable right now." if code >= 500 else "It gave no reason.")
    reason = f"{host} refused the connection: {said}" if said else f"{host} refused the connection ({code}). {hint}"
    if code == 429 or code >= 500:
        return Failure(reason, refused=True, retry_after=_retry_after(response))
    return Failure(reason, fatal=True)


def _body(response: Response) -> str:
    """The sentence that a server sends with its refusal; a web page is none."""
    kind = response.headers.get("Content-Type", "text/plain")
    text = bytes(response.body or b"").decode(errors="replace").strip()
    return _quoted(text) if text and kind.startswith("text/plain") else ""


def _retry_after(response: Response) -> float:
    value = response.headers.get("Retry-After", "")
    return min(float(value), _LONGEST_WAIT) if re.fullmatch("[0-9]{1,9}", value) else 0.0


def _closed(error: ConnectionClosed) -> str:
    """Who closed decides whose words count: ours are about the server, its own may say more than the code."""
    received, sent = error.rcvd, error.sent
    if sent is not None and (received is None or not error.rcvd_then_sent):
        return _OUR_CLOSE_SENTENCES.get(sent.code, "The connection was lost.")
    if received is None:
        return "The connection was lost."
    sentence = _CLOSE_SENTENCES.get(received.code, f"The server closed the connection (code {received.code}).")
    if received.reason and received.code not in (CLOSE_RESTART, CLOSE_SLOW):
        return f"The server closed the connection: {_quoted(received.reason)}"
    return sentence


def _quoted(text: str) -> str:
    """Somebody else's words: harmless, on one line, not too long, and a sentence."""
    text = " ".join(clean_line(_LOGIN.sub("", text[: 4 * _LONGEST_QUOTE])).split())
    if len(text) > _LONGEST_QUOTE:
        return text[:_LONGEST_QUOTE].rstrip() + "…"
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
