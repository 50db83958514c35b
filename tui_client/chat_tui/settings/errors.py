"""Apart from the settings, whose import would delay the first frame."""


class SettingsError(Exception):
    """Something is set that can't be used. Its text is one sentence for the user."""
