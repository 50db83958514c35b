"""`python -m chat_tui`."""

import sys

from chat_tui.cli import main

sys.exit(main())
