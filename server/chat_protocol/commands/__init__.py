"""Commands: what a client may say. `types` are what lines mean, `table` has a row for each, `grammar` reads lines."""

from chat_protocol.commands.arguments import *  # noqa: F403 - as below
from chat_protocol.commands.grammar import *  # noqa: F403 - each module says once, in its `__all__`, what is public
from chat_protocol.commands.table import *  # noqa: F403 - as above
from chat_protocol.commands.types import *  # noqa: F403 - as above
