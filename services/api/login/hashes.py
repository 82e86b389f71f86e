"""How passwords and tokens are kept: never as they are.

A password is hashed by scrypt (RFC 7914) with 16 MB, some tenths of a second on a Pi; a token is 32 random bytes: there
SHA-256 is enough.
"""

import base64
import ctypes
import hashlib
import hmac
import re
import secrets
from contextlib import suppress

COST, BLOCK, LANES = 2**14, 8, 1
"""n, r and p of scrypt: 128 * n * r bytes, which is 16 MB."""
SALT_BYTES = 16
TOKEN_BYTES = 32
_HASH_BYTES = 32
_M_MMAP_THRESHOLD = -3  # mallopt(3)
_SHAPE = re.compile(r"scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9+/=]{16,88})\$([A-Za-z0-9+/=]{43,88})")
_MOST_BYTES = 64 * 2**20
"""A record that asks for more memory than this is refused, so that the file cannot bring the service down."""


def give_memory_back() -> None:
    """Let the C library return large blocks at once. Measured: after ten passwords it had kept 32 MB, and with this none."""
    with suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 2**20)


def of_password(password: str) -> str:
    """`scrypt$n$r$p$salt$hash`, the last two in base64."""
    salt = secrets.token_bytes(SALT_BYTES)
    return f"scrypt${COST}${BLOCK}${LANES}${_text(salt)}${_text(_scrypt(password, salt, COST, BLOCK, LANES))}"


def of_nobody() -> str:
    """A record that no password fits, and that takes as long to be compared as any other."""
    return f"scrypt${COST}${BLOCK}${LANES}${_text(secrets.token_bytes(SALT_BYTES))}${_text(secrets.token_bytes(_HASH_BYTES))}"


def checked(record: str) -> str:
    """The record, if its shape and its cost are possible. Raises ValueError."""
    cost, block, lanes, _salt, _wanted = _parts(record)
    if cost < 2 or cost & (cost - 1) or not block or not lanes or 128 * block * (cost + lanes) > _MOST_BYTES:
        raise ValueError("allowed: scrypt with n a power of 2 and at most 64 MB")
    return record


def fits(password: str, record: str) -> bool:
    """Whether the password is that of the record; takes the same time for a right and a wrong one. Blocks for some 0.1 s."""
    cost, block, lanes, salt, wanted = _parts(record)
    return hmac.compare_digest(_scrypt(password, salt, cost, block, lanes), wanted)


def of_token(token: str) -> str:
    """The hash of a token, in hexadecimal digits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """A token nobody can guess: 43 letters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def _parts(record: str) -> tuple[int, int, int, bytes, bytes]:
    found = _SHAPE.fullmatch(record)
    if found is None:
        raise ValueError("allowed: scrypt$n$r$p$salt$hash")
    cost, block, lanes, salt, wanted = found.groups()
    return int(cost), int(block), int(lanes), base64.b64decode(salt, validate=True), base64.b64decode(wanted, validate=True)


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    raw = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(raw, salt=salt, n=cost, r=block, p=lanes, maxmem=_MOST_BYTES + 2**20, dklen=_HASH_BYTES)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
