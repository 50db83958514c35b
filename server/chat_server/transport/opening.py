"""Opening of a connection: what comes before the answer to its request, split into its parts. Pure.

The library that reads requests takes none with a body, and takes what follows a request for frames. So it is given the
head of a request alone, when all of it is there; a body is announced, not read, and what follows waits.
"""

import re
from collections.abc import Container
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHeaderValue, InvalidMessage
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from chat_server.core.metrics import Counts
from chat_server.transport.handler import Answer, Handler
from chat_server.transport.proxies import forwarded_for, read_proxy_header

_LONGEST = 16_384  # bytes of a head that are waited for; then the library says what is too long
_FIRST_BYTE = re.compile(rb"[!-~]")
_NO_LINE = b"\n"  # what the library refuses at once: of a TLS handshake it would wait for the end of a line
_FIRST_LINE = re.compile(rb"[!-~]+ [!-~]+ HTTP/1\.[01]\r\n")
_BODY = re.compile(
    rb"\r\n(?:transfer-encoding|expect|content-length(?![ \t]*:[ \t]*0[ \t]*\r\n))[ \t]*:[^\r\n]*", re.IGNORECASE
)
_SENTENCE = "The server doesn't understand this request.\n"
_BAD_REQUEST = (
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    f"Content-Length: {len(_SENTENCE)}\r\n\r\n{_SENTENCE}"
).encode()
_HAS_BODY = Answer(HTTPStatus.BAD_REQUEST, "A WebSocket request can't have a body.\n", refused="invalid")
_NOT_NAMED = Answer(
    HTTPStatus.BAD_REQUEST,
    "This proxy is trusted but didn't name its client. Have it set X-Forwarded-For or send a PROXY header.\n",
    refused="unnamed",
)
_VERSION = "Sec-WebSocket-Version"
_OTHER_VERSION = "This server only speaks version 13 of the WebSocket protocol.\n"
_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


class Opening:
    """The first bytes of one connection. `from_proxy`: from a proxy that is believed when it says for whom it asks."""

    __slots__ = ("_awaits_header", "_data", "client", "from_proxy", "has_body", "refusal", "rest")

    def __init__(self, *, from_proxy: bool) -> None:
        self._data = b""
        self._awaits_header = self.from_proxy = from_proxy
        self.refusal: Answer | None = None
        """Why a WebSocket that would be let in is not: the reason is in how it was asked for."""
        self.client = ""
        """The address in a PROXY header, if there was one that names it."""
        self.has_body = False
        """Does the request announce a body?"""
        self.rest = b""
        """What came behind the head of the request."""

    def take(self, data: bytes) -> bytes:
        """Add what came; return the head of the request for the library to read, once all of it is there.

        What can't become one is returned as it is, for the library to refuse.
        """
        known = len(self._data)
        data = self._data + data
        if self._awaits_header:
            try:
                header = read_proxy_header(data)
            except ValueError:
                return data
            if header is None:
                self._data = data
                return b""
            self._awaits_header = False
            self.client, data, known = header.address, data[header.size :], 0
        if data and not _FIRST_BYTE.match(data):
            return _NO_LINE
        end = data.find(b"\r\n\r\n", max(0, known - 3)) + 4
        if end < 4:
            if _may_become_request(data):
                self._data = data
                return b""
            end = len(data)
        self._data, self.rest = b"", data[end:]
        head = data[:end]
        if _BODY.search(head):
            self.has_body = True
            self.refusal = _HAS_BODY
            head = _BODY.sub(b"", head)
        return head

    def client_of(self, headers: Headers, trusted: Container[str]) -> str:
        """Return the address of the client for which a trusted proxy asks, "" where it does not say so."""
        if self.client and self.client not in trusted:
            return self.client
        address = forwarded_for(headers, trusted) or self.client
        if not address:
            self.refusal = self.refusal or _NOT_NAMED
        return address

    def respond(self, protocol: ServerProtocol, handler: Handler, request: Request, counts: Counts) -> Response:
        """Return the response to a request, which lets it in or does not."""
        request.path = target_of(request.path)
        answer = handler.on_request(request) or self.refusal
        if answer is None:
            response = protocol.accept(request)
            return _with_version(protocol) if _is_of_other_version(protocol.handshake_exc) else response
        if answer.refused:
            counts.refused[answer.refused] += 1
        response = protocol.reject(answer.status, answer.text)
        del response.headers["Content-Type"]
        for name, value in (("Content-Type", answer.content_type), *answer.headers):
            response.headers[name] = value
        if request.method == "HEAD":  # the same head, its Content-Length included
            response.body = b""
        return response

    @property
    def has_more(self) -> bool:
        """Is, or comes, anything behind the request?"""
        return self.has_body or bool(self.rest)


def _may_become_request(data: bytes) -> bool:
    """Is this the beginning of a request, of which the rest may come still?"""
    return len(data) < _LONGEST and (b"\n" not in data or _FIRST_LINE.match(data) is not None)


def _is_of_other_version(error: Exception | None) -> bool:
    return isinstance(error, InvalidHeaderValue) and error.name == _VERSION


def _with_version(protocol: ServerProtocol) -> Response:
    """The response to a handshake of another version of the protocol: which one is spoken here (RFC 6455, 4.4).

    The library says 400 to that, without the version.
    """
    response = protocol.reject(HTTPStatus.UPGRADE_REQUIRED, _OTHER_VERSION)
    response.headers["Upgrade"] = "websocket"
    response.headers[_VERSION] = "13"
    return response


def answer_to_broken(error: Exception | None) -> bytes:
    """Return a response to what is no request; nothing where the library has written one."""
    return _BAD_REQUEST if isinstance(error, InvalidMessage) else b""


def target_of(target: str) -> str:
    """Return the path and query of a request's target, which may be absolute (RFC 9112, 3.2.2)."""
    absolute = _ABSOLUTE.match(target)
    if absolute is None:
        return target
    rest = target[absolute.end() :]
    return rest if rest.startswith("/") else "/" + rest
