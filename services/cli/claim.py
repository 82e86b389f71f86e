"""Whose command it is, as the records will tell it. It proves nothing: whoever is on this computer may say what they like."""

import os
import pwd


def user() -> str:
    """Who sits at this computer, also behind `sudo`; a number where the system knows no name."""
    try:
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
