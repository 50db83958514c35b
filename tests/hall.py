"""A roster and the presence of its people in one room, as a session moves both."""

from chat_server.core.presence import Presence
from chat_server.core.roster import Roster


class Hall:
    """Everybody on a server who is in the same room."""

    def __init__(self, grace: float) -> None:
        self.roster = Roster(grace)
        self.presence = Presence(self.roster)
        self.take_changes = self.presence.take_changes
        self.clients, self.encoded_clients = self.presence.clients, self.presence.encoded_clients

    def join(self, client_id: str, name: str, now: float) -> list[str]:
        """One more connection of a client."""
        freed = self.roster.join(client_id, name, now)
        self.presence.enter(client_id)
        self.presence.renamed(client_id)
        return freed

    def rename(self, client_id: str, name: str, now: float) -> list[str]:
        """Another name."""
        freed = self.roster.rename(client_id, name, now)
        self.presence.renamed(client_id)
        return freed

    def leave(self, client_id: str, now: float, *, keep_name: bool) -> list[str]:
        """One connection less."""
        self.presence.leave(client_id)
        return self.roster.leave(client_id, now, keep_name=keep_name)

    def __getattr__(self, name: str):
        """Whatever is about names alone."""
        return getattr(self.roster, name)
