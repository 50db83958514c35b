"""Breakpoints of the layout, in columns of the terminal."""

NARROW = 72
"""Below this everything has its short form, and a dialog is the whole screen."""
WIDE = 104
"""From this on the roster stands beside the messages; below, it slides over them."""
