"""What may go wrong, in words for the person at the keyboard."""


class ShopError(Exception):
    """The root of the tree."""


class SettingsError(ShopError):
    """The file with the settings cannot be used."""
