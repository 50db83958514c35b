"""The terminal itself: the splash frame, the clipboard."""
