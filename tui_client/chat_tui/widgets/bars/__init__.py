"""Bars: header, keys, banner, find."""
