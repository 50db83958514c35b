"""The error of settings, apart from them, since their import would delay the first frame."""


class SettingsError(Exception):
    """Something is set that can't be used. Its text is one sentence for the user."""
