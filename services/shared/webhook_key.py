"""The key that signs a webhook, as the operator writes it: `whsec_` and base64 (Standard Webhooks 1.0), or any text."""

import binascii
from base64 import b64decode

PREFIX = "whsec_"
LEAST_BYTES = 16
"""A shorter key can be guessed. The standard asks for 24 to 64."""
ALLOWED = f"{PREFIX} and base64, or any other text"


def key_of(secret: str) -> bytes:
    """The bytes that sign. Raises ValueError with what is wrong, never with the secret."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError(f"what follows {PREFIX} is no base64")
    return key
