"""The message list: one widget that draws only what is visible."""
