"""What keys do, in words: for the bottom row and for the help page."""

BAR = [
    ("⏎", "Send", "send"),
    ("f1", "Help", "help"),
    ("^o", "To", "pick_target"),
    ("^b", "People", "people"),
    ("^f", "Find", "find"),
    ("^l", "Temp", "temp"),
    ("⌥↑", "Pick message", "pick_message"),
]
"""Key, word and action of the bottom row, the most needed first."""

BAR_EDGE = ("^p", "palette", "app.command_palette")

HELP = [
    ("Enter", "send"),
    ("Ctrl+J, Shift+Enter", "a new line in the message"),
    (
        "Alt+↑, or ↑ in an empty composer",
        "pick a message: ↑ ↓ move, r replies, d deletes, y copies, m messages, o opens a link, g goes to the quote",
    ),
    ("Backspace in an empty composer", "back from where a jump led"),
    ("Ctrl+Z in an empty composer", "take a deletion back, for a few seconds"),
    ("↑ while writing, Ctrl+↑", "what you sent before"),
    ("Ctrl+O", "write to one person"),
    ("Esc", "one step back: the picked message, the reply, the private target"),
    ("Ctrl+L", "temporary: off, 30 s, 5 min, 1 h"),
    ("Ctrl+B", "who is here; m mutes, or listens again"),
    ("Ctrl+F", "find: Enter, then n older, N newer, Esc back"),
    ("PageUp, PageDown, End", "older messages, newer ones, the newest"),
    ("Tab", "complete a command or a name"),
    ("Ctrl+P", "all commands, themes among them"),
    ("F5", "connect at once, after it was lost"),
    ("F1", "this page"),
    ("Ctrl+Q", "quit"),
]
