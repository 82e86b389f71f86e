"""`mine setup`: makes the passwords, tokens, keys and the certificate, once. What exists stays as it is."""

import json
import os
import secrets
import time
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
from services.shared import whole_file
from services.shared.settings import SettingsError, last_good

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

    Where MINE_LAST_GOOD names its place, the configuration is kept, too, if it has no mistake.

    Exit code 0 everything is there, 1 the folder cannot be written, 2 mistakes.
    """
    try:
        made = provision(folder, name or [])
    except OSError as error:
        say(f"{folder} cannot be written: {error.strerror or error}", err=True)
        raise typer.Exit(EXIT_REFUSED) from None
    notes = told(folder, made) + _last_good()
    first = f"{folder}: made {', '.join(made)}" if made else f"{folder}: everything is there"
    document = {"folder": str(folder), "made": made, "notes": notes}
    typer.echo(json.dumps(document, indent=2) if as_json else "\n".join([first, *notes]))


def _last_good() -> list[str]:
    """A configuration with mistakes, and a card that takes none, keep nobody from starting: the copy before stands."""
    try:
        return [f"{os.environ[last_good.VARIABLE]}: kept the configuration"] if last_good.keep(os.environ, time.time()) else []
    except SettingsError as error:
        if (kept := last_good.stand_in(os.environ)) is None:
            return [str(error), "the services do not start"]
        return [str(error), f"the services go on with {last_good.told(kept.kept_at or 0.0, kept.general.timezone)}"]
    except OSError as error:
        return [f"the configuration cannot be kept: {error.strerror or error}"]


def provision(folder: Path, names: list[str] | None = None) -> list[str]:
    """Names of the files that were made. All are readable by their owner alone. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = [f"broker-{user}" for user in USERS] + list(KEYS)
    if not (folder / ACCESS).exists():  # later, a token or password that was taken away stays away
        wanted += OPERATORS
    made = [one for one in wanted if not _holds_something(folder / one)]
    for one in made:
        whole_file.write(folder / one, f"{secrets.token_urlsafe(_BYTES)}\n".encode())
    if any(one.startswith("broker-") for one in made) or not (folder / "passwords").exists():
        whole_file.write(folder / "passwords", "".join(f"{_line(folder, user)}\n" for user in USERS).encode())
        made.append("passwords")
    if not (folder / ACCESS).exists():
        whole_file.write(folder / ACCESS, _first_access(folder).text().encode())
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
