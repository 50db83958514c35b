"""Chat entrance: answers the request of a connection with a page, a refusal, or a session."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.http11 import Request

from chat_server.rooms.registry import NoSuchRoom
from chat_server.sessions.commands import CommandHandler
from chat_server.sessions.context import ServerContext
from chat_server.sessions.handshake import read_handshake
from chat_server.sessions.identity import bearer_secret, client_id_of
from chat_server.sessions.session import Session
from chat_server.transport.connection import Connection
from chat_server.transport.handler import Answer, Handler
from chat_server.transport.origin import REFUSAL, OriginCheck, own_names

READING = frozenset({"GET", "HEAD"})
"""The methods of plain HTTP that get a page."""
_ALLOW = (("Allow", "GET, HEAD, OPTIONS"),)
_NO_PAGE = "This is a chat server without web pages; connect with a WebSocket client.\n"


class ChatEntrance:
    """What all connections to the chat's own port share.

    `page` is given a path, and returns None for what is no page. `handle_line` is the sessions'.
    """

    def __init__(self, context: ServerContext, page: Callable[[str], Answer | None]) -> None:
        self.context = context
        self.page = page
        self.handle_line = CommandHandler(context.settings).handle
        settings = context.settings
        public = frozenset(filter(None, [settings.public_origin]))
        hosts = {urlsplit(origin).hostname or "" for origin in public}
        self.origins = OriginCheck(settings.allowed_origins | public, own_names() | hosts)

    def connection(self) -> Connection:
        """Return a connection that is about to come in."""
        return Connection(self.context.connections, partial(_Handshake, self))


class _Handshake(Handler):
    """The first handler of a connection: its request is answered, or makes it a session."""

    __slots__ = ("_connection", "_entrance", "_home")

    def __init__(self, entrance: ChatEntrance, connection: Connection) -> None:
        self._entrance = entrance
        self._connection = connection
        self._home = ""

    def on_request(self, request: Request) -> Answer | None:
        """A page for an operator's programs, which ask also when there is no room left; or why nobody is let in."""
        path = request.path.partition("?")[0]
        page = self._entrance.page(path)
        if request.method not in READING:
            return answer_to_method(request.method)
        if page:
            return page
        if request.method == "HEAD":
            return Answer(HTTPStatus.UPGRADE_REQUIRED, _NO_PAGE, refused="invalid", headers=(("Upgrade", "websocket"),))
        return self._refusal(path, request)

    def _refusal(self, path: str, request: Request) -> Answer | None:
        """Why this handshake is not welcome, if it is not."""
        context = self._entrance.context
        if context.stopping:
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "stopping", "This server is shutting down.")
        if self._connection.excess == "full":
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "full", "This server is full; try again later.")
        if crowded := self._crowded(request):
            return _refuse(HTTPStatus.TOO_MANY_REQUESTS, "crowded", crowded)
        try:
            self._home = context.rooms.at_path(path)
        except NoSuchRoom as error:
            return _refuse(HTTPStatus.NOT_FOUND, "no_such_room", str(error))
        if self._entrance.origins.is_foreign(request.headers):
            return Answer(HTTPStatus.FORBIDDEN, REFUSAL, refused="foreign_origin")
        return None

    def _crowded(self, request: Request) -> str:
        """Why nobody more may come from this address just now; "" where somebody may."""
        connection, context = self._connection, self._entrance.context
        has_secret = bearer_secret(request.headers) is not None
        if connection.excess == "packed" or (connection.excess and not has_secret):
            return "Too many connections from your address; close one and try again."
        if not has_secret and (wait := context.rates.may_come(connection.household, context.now())):
            return f"Too many new connections from your address; try again in {wait:.1f} s."
        return ""

    def on_open(self, request: Request) -> None:
        """Find out who this is, and hand the connection on to a session."""
        secret = bearer_secret(request.headers)
        if secret is not None:
            self._entrance.context.connections.show_secret(self._connection)
        session = Session(
            self._entrance.context,
            self._connection,
            self._entrance.handle_line,
            client_id_of(secret),
        )
        self._connection.handler = session
        session.start(read_handshake(request.path), self._home)


def answer_to_method(method: str) -> Answer:
    """Return the answer to a request that asks for no page: what may be asked, or that this may not be."""
    if method == "OPTIONS":
        return Answer(HTTPStatus.OK, "", headers=_ALLOW)
    return Answer(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "Only GET, HEAD and OPTIONS are allowed here.\n",
        refused="invalid",
        headers=_ALLOW,
    )


def _refuse(status: int, reason: str, sentence: str) -> Answer:
    return Answer(status, sentence + "\n", refused=reason)
