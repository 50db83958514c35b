"""Events: what a server may send. `types` defines them, `codec` encodes and decodes frames, `lenient` reads others'."""

from chat_protocol.events.codec import *  # noqa: F403 - each module says once, in its `__all__`, what is public
from chat_protocol.events.types import *  # noqa: F403 - as above
