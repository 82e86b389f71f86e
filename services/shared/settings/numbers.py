"""How a number may be written in the operator's files: with the digits 0 to 9, as 12, 0.5 or 1e3."""

import re

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)


def written(text: str) -> str:
    """The text of a number as it stands, without blanks around it. Raises ValueError for what only a program takes for one."""
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError("no number")
    return text.strip()
