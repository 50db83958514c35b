"""Severity of a notice: how loud it is, which glyph and which colour it has."""

from typing import Literal

Kind = Literal["info", "warning", "success", "error"]
