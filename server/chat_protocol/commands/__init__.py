"""Commands: what a client may say. `types` are what lines mean, `grammar` is the table that reads and writes them."""

from chat_protocol.commands.grammar import (
    COMMANDS,
    LIFETIME_MAX,
    LIFETIME_MIN,
    TYPED_COMMANDS,
    CommandError,
    CommandSpec,
    find_token,
    format_command,
    parse_command,
    split_command,
)
from chat_protocol.commands.types import (
    HISTORY_COUNT,
    HISTORY_MOST,
    Command,
    Delete,
    Exit,
    FetchHistory,
    Say,
    Search,
    TakeName,
)

__all__ = [
    "COMMANDS",
    "HISTORY_COUNT",
    "HISTORY_MOST",
    "LIFETIME_MAX",
    "LIFETIME_MIN",
    "TYPED_COMMANDS",
    "Command",
    "CommandError",
    "CommandSpec",
    "Delete",
    "Exit",
    "FetchHistory",
    "Say",
    "Search",
    "TakeName",
    "find_token",
    "format_command",
    "parse_command",
    "split_command",
]
