"""Textual's private parts: the only room that touches them."""
