"""A new person or token for `access.json`: the secret made or asked for, its hash kept, the name looked at.

A password is typed twice at a terminal, or a line of stdin; never an argument.
"""

import re
import secrets
import sys
import time
from typing import NoReturn

import typer
from pydantic import ValidationError

from services.api.login import hashes
from services.api.login.access_file import PersonRecord, TokenRecord
from services.api.login.person import Role
from services.cli.exit_codes import EXIT_MISTAKES, EXIT_REFUSED
from services.cli.reading import end
from services.shared.settings.known import LEAST_LETTERS, is_known

_GENERATED_BYTES = 15


def person(name: str, role: Role, *, generate: bool) -> tuple[PersonRecord, str]:
    """And the password, where it was made here. Raises typer.Exit for a name or a password that will not do."""
    text = secrets.token_urlsafe(_GENERATED_BYTES) if generate else _asked(name)
    try:
        made = PersonRecord(name=name, role=role, password=hashes.of_password(text), made_at=time.time())
    except ValidationError:
        _bad_name(name)
    return made, text if generate else ""


def token(name: str, role: Role) -> tuple[TokenRecord, str]:
    """And its text, which is kept nowhere. Raises typer.Exit for a name that will not do."""
    text = hashes.new_token()
    try:
        return TokenRecord(name=name, role=role, sha256=hashes.of_token(text), made_at=time.time()), text
    except ValidationError:
        _bad_name(name)


def _asked(name: str) -> str:
    if sys.stdin.isatty():
        text = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        text = sys.stdin.readline().rstrip("\r\n")
    if len(text) < LEAST_LETTERS:
        end(f"The password is too short: at least {LEAST_LETTERS} letters, such as four words in a row.", EXIT_REFUSED)
    besides = re.sub(r"[\W\d_]+", "", text.lower().replace(name, ""))
    if is_known(text) or not besides or is_known(besides):
        end("Everybody knows this password: choose another.", EXIT_REFUSED)
    return text


def _bad_name(name: str) -> NoReturn:
    end(f"found the name {name!r}; allowed: a-z, 0-9, . _ -, at most 40 letters", EXIT_MISTAKES)
