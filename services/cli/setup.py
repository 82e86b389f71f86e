"""`mine setup`: makes the passwords, tokens, keys and the certificate, once. What exists stays as it is."""

import json
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from services.api.login import access_file, hashes
from services.api.login.access_file import Access, PersonRecord, TokenRecord
from services.api.login.person import Role
from services.cli import certificate
from services.cli.exit_codes import EXIT_REFUSED
from services.cli.options import ForPrograms
from services.cli.passwords import SALT_BYTES, password_line
from services.cli.saying import say

USERS = ("collector", "controller", "notifier", "api", "cli", "site")
"""The broker's users; mosquitto/acl says what each may do. `site` is for the operator's own programs."""
KEYS = ("ops-token", access_file.SESSION_KEY)
OPERATOR = "operator"
OPERATORS = ("operator-password", "operator-token")
ACCESS = "access.json"
_BYTES = 32


def setup(
    folder: Annotated[Path, typer.Argument(help="Where the secrets are kept.")],
    name: Annotated[list[str] | None, typer.Option(help="One more name or address of the page, for its certificate.")] = None,
    as_json: ForPrograms = False,
) -> None:
    """Make what is missing in FOLDER: a password for each user of the broker, the broker's password file, the tokens, the
    operator's password, the key that signs logins, a certificate for HTTPS.

    Exit code 0 everything is there, 1 the folder cannot be written, 2 mistakes.
    """
    try:
        made = provision(folder, name or [])
    except OSError as error:
        say(f"{folder} cannot be written: {error.strerror or error}", err=True)
        raise typer.Exit(EXIT_REFUSED) from None
    notes = told(folder, made)
    first = f"{folder}: made {', '.join(made)}" if made else f"{folder}: everything is there"
    document = {"folder": str(folder), "made": made, "notes": notes}
    typer.echo(json.dumps(document, indent=2) if as_json else "\n".join([first, *notes]))


def provision(folder: Path, names: list[str] | None = None) -> list[str]:
    """Names of the files that were made. All are readable by their owner alone. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = [f"broker-{user}" for user in USERS] + list(KEYS)
    if not (folder / ACCESS).exists():  # later, a token or password that was taken away stays away
        wanted += OPERATORS
    made = [one for one in wanted if not _holds_something(folder / one)]
    for one in made:
        write_private(folder / one, secrets.token_urlsafe(_BYTES) + "\n")
    if any(one.startswith("broker-") for one in made) or not (folder / "passwords").exists():
        write_private(folder / "passwords", "".join(f"{_line(folder, user)}\n" for user in USERS))
        made.append("passwords")
    if not (folder / ACCESS).exists():
        write_private(folder / ACCESS, _first_access(folder).text())
        made.append(ACCESS)
    return made + certificate.provision(folder, names or [])


def told(folder: Path, made: list[str]) -> list[str]:
    """What the person at the terminal must know of what was made."""
    lines = [f"log in as {OPERATOR}, the password is in {folder / OPERATORS[0]}"] if ACCESS in made else []
    if not (folder / access_file.CERTIFICATE).exists():
        lines.append("no certificate was made, because the program openssl is not there: HTTPS needs one of your own")
    return lines


def _holds_something(path: Path) -> bool:
    """A card that lost power may have kept a file's name alone: an empty password would be one."""
    return path.exists() and path.stat().st_size > 0


def _first_access(folder: Path) -> Access:
    password, token = ((folder / one).read_text().strip() for one in OPERATORS)
    now = time.time()
    return Access(
        people=(PersonRecord(name=OPERATOR, role=Role.OPERATOR, password=hashes.of_password(password), made_at=now),),
        tokens=(TokenRecord(name=OPERATORS[1], role=Role.OPERATOR, sha256=hashes.of_token(token), made_at=now),),
    )


def _line(folder: Path, user: str) -> str:
    return password_line(user, (folder / f"broker-{user}").read_text().strip(), secrets.token_bytes(SALT_BYTES))


def write_private(path: Path, text: str) -> None:
    """A file of our own user's alone. Whole or not at all, even if the power fails: a half password would lock everyone out.

    A file that is there keeps its owner: the services must be able to read what root changed.
    """
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        with suppress(OSError):
            before = path.stat()
            os.fchown(file.fileno(), before.st_uid, before.st_gid)
    partial.rename(path)
