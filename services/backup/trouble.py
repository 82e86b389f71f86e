"""What stops a backup or a restore, in words for people."""


class Trouble(Exception):
    """It was not done; the text says why."""
