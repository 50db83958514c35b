"""Chat entrance: answers the request of a connection with a page, a refusal, or a session."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from websockets.http11 import Request

from chat_server.rooms.registry import NoSuchRoomError
from chat_server.sessions.commands import CommandHandler
from chat_server.sessions.context import ServerContext
from chat_server.sessions.handshake import read_handshake
from chat_server.sessions.identity import bearer_secret, client_id_of
from chat_server.sessions.session import Session
from chat_server.transport.connection import Connection
from chat_server.transport.handler import Answer, Handler
from chat_server.transport.origin import foreign_origin

READING = frozenset({"GET", "HEAD"})  # the methods of plain HTTP that get a page


class ChatEntrance:
    """What all connections to the chat's own port share.

    `page` is given a path, and returns None for what is no page. `handle_line` is the sessions'.
    """

    def __init__(self, context: ServerContext, page: Callable[[str], Answer | None]) -> None:
        self.context = context
        self.page = page
        self.handle_line = CommandHandler(context.settings).handle

    def connection(self) -> Connection:
        """Return a connection that is about to come in."""
        return Connection(self.context.connections, partial(_Handshake, self))


class _Handshake(Handler):
    """The first handler of a connection: its request is answered, or makes it a session."""

    __slots__ = ("_connection", "_entrance", "_hosted")

    def __init__(self, entrance: ChatEntrance, connection: Connection) -> None:
        self._entrance = entrance
        self._connection = connection
        self._hosted = entrance.context.rooms.lobby

    def on_request(self, request: Request) -> Answer | None:
        """A page for an operator's programs, which ask also when there is no room left; or why nobody is let in."""
        path = request.path.partition("?")[0]
        page = self._entrance.page(path)
        if page and request.method in READING:
            return page
        return self._refusal(path if page is None else "/", request)

    def _refusal(self, path: str, request: Request) -> Answer | None:
        """Why this handshake is not welcome, if it is not."""
        context = self._entrance.context
        if context.stopping:
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "stopping", "This server is about to end.")
        if self._connection.excess == "full":
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "full", "This server is full; try again later.")
        if self._connection.excess == "crowded":
            why = "Too many connections from your address; close one of them."
            return _refuse(HTTPStatus.TOO_MANY_REQUESTS, "crowded", why)
        try:
            self._hosted = context.rooms.find(path)
        except NoSuchRoomError as error:
            return _refuse(HTTPStatus.NOT_FOUND, "no_such_room", str(error))
        if foreign_origin(request.headers, context.settings.allow_origin):
            why = "Web pages of other sites may not connect (allow one with --allow-origin)."
            return _refuse(HTTPStatus.FORBIDDEN, "foreign_origin", why)
        return None

    def on_open(self, request: Request) -> None:
        """Find out who this is, and hand the connection on to a session."""
        secret = bearer_secret(request.headers)
        session = Session(
            self._entrance.context,
            self._hosted,
            self._connection,
            self._entrance.handle_line,
            client_id_of(secret),
            keeps_name=secret is not None,
        )
        self._connection.handler = session
        session.start(read_handshake(request.path))


def _refuse(status: int, reason: str, sentence: str) -> Answer:
    return Answer(status, sentence + "\n", refused=reason)
