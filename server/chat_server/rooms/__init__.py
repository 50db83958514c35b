"""Hosted rooms: a room, its log and its hub joined together."""
