"""`python3 server` from a bare checkout, where the packages below are found beside this file."""

import sys

try:
    from chat_server.cli import main
except ModuleNotFoundError as error:
    sys.exit(f"chat-server needs {error.name}: run `make run` once, then `.venv/bin/python server`.")

sys.exit(main())
