"""Commands: what a client may say. `types` are what lines mean, `grammar` is the table that reads and writes them."""

from chat_protocol.commands.grammar import *  # noqa: F403 - each module says once, in its `__all__`, what is public
from chat_protocol.commands.types import *  # noqa: F403 - as above
