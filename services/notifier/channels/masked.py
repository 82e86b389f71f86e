"""How an address is shown where everybody may read it: enough to know it again, too little to write to it."""

import re

_NUMBER = re.compile(r"\+?\d(?:[ ().-]?\d){5,}")


def number(phone: str) -> str:
    """A phone number by its last 4 digits."""
    digits = re.sub(r"\D", "", phone)
    return "***" + (digits[-4:] if len(digits) > 4 else "")


def numbers_in(text: str) -> str:
    """A text, with each phone number in it masked."""
    return _NUMBER.sub(lambda found: number(found[0]), text)


def mailbox(address: str) -> str:
    """A mail address by its first letter and its domain."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"
