"""Passwords and tokens that everybody knows: of products as shipped, of the lists, of samples."""

import re

LEAST_LETTERS = 12
"""Of a password that a person chooses."""
_WORDS = (
    "admin|administrator|password|passwd|passw0rd|pass|changeme|change|default|guest|user|root|toor|test|demo|example|secret|token|"
    "letmein|welcome|qwerty|qwertz|asdfgh|abc|monkey|dragon|iloveyou|raspberry|raspberrypi|pi|mine|miner|mining|bitcoin|operator|"
    "viewer|mosquitto|mqtt|broker|ops|foreman|apc|access|login|server|system|nopassword|none|null|x"
)
_KNOWN = re.compile(rf"(?:(?:{_WORDS})[\W_]*)+[\d\W_]*")
_SAMPLE = re.compile(
    r"your.*(?:password|token|key|secret).*|(?:replace|change|set|put|enter|fill).?(?:me|this|in|here|it).*|<.*>|todo.*"
)
_RUNS = ("0123456789" * 3, "9876543210" * 3, "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1q2w3e4r5t6z7u8i9o0p")


def is_known(text: str) -> bool:
    """True for words of the list, also with digits or signs after them, for one letter repeated, for a run, for a sample."""
    plain = text.strip().lower()
    if not plain:
        return False
    in_a_row = len(set(plain)) == 1 or any(plain in run for run in _RUNS)
    return in_a_row or bool(_KNOWN.fullmatch(plain) or _SAMPLE.fullmatch(plain))
