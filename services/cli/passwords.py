"""Lines of the broker's password file, so that set-up needs no tool of the broker's."""

import base64
import hashlib

SALT_BYTES = 12
ITERATIONS = 101
"""What mosquitto_passwd uses. The passwords are random and long, made by set-up; a slow hash would add nothing."""


def password_line(user: str, password: str, salt: bytes, iterations: int = ITERATIONS) -> str:
    """`user:$7$<iterations>$<salt>$<hash>`, PBKDF2 with SHA-512 (mosquitto_passwd 2.x). Raises ValueError on a bad name."""
    if not user or ":" in user or not user.isprintable():
        raise ValueError(f"found the user {user!r}; allowed: a name without ':' and without control characters")
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations)
    return f"{user}:$7${iterations}${_text(salt)}${_text(digest)}"


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
