"""Sentences for people. Pure."""
