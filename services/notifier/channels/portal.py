"""What a gate of a network (captive portal) puts in a provider's place: a web page with a status that sounds like success.

The content type alone proves nothing: most frameworks call the `ok` of a program text/html.
"""

import re

from services.shared.answer import Answer

BETWEEN = "is something between us and the provider?"
_TYPES = ("", "text/html", "application/xhtml+xml")
_MARKUP = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)


def is_page(answer: Answer) -> bool:
    """Whether it is a web page for a person, and not the word of a program that took a message."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind in _TYPES and _MARKUP.search(answer.body) is not None
