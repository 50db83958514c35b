"""The two themes that chat-tui brings along: calm colours whose text keeps WCAG AA contrast (4.5 to 1)."""

from textual.theme import Theme

CHAT_DARK = Theme(
    name="chat-dark",
    primary="#7aa8dc",
    secondary="#8fb5b0",
    accent="#c3a6e0",
    foreground="#d8dbe0",
    background="#14171c",
    surface="#1b1f26",
    panel="#2a303a",
    warning="#f0b13c",
    success="#7fc98a",
    error="#f08383",
    dark=True,
    variables={
        "block-cursor-foreground": "#14171c",
        "block-cursor-background": "#7aa8dc",
        "footer-key-foreground": "#7aa8dc",
        "button-color-foreground": "#14171c",
    },
)

CHAT_LIGHT = Theme(
    name="chat-light",
    primary="#1f5fa8",
    secondary="#2f6b66",
    accent="#6f42a8",
    foreground="#12151a",
    background="#f8f7f4",
    surface="#f0eeea",
    panel="#e2dfd8",
    warning="#8a5300",
    success="#23692f",
    error="#b02a2a",
    dark=False,
    variables={
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#1f5fa8",
        "footer-key-foreground": "#1f5fa8",
        "button-color-foreground": "#ffffff",
    },
)

THEMES = (CHAT_DARK, CHAT_LIGHT)
