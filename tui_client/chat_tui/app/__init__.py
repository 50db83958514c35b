"""The Textual app, and what it is started with."""
