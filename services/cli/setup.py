"""`mine setup`: makes the passwords of the broker's users and the tokens, once. What exists stays as it is."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from services.cli.passwords import SALT_BYTES, password_line

USERS = ("collector", "controller", "notifier", "api", "cli", "site")
"""The broker's users; mosquitto/acl says what each may do. `site` is for the operator's own programs."""
TOKENS = ("ops-token", "operator-token")
_BYTES = 32


def setup(folder: Annotated[Path, typer.Argument(help="Where the secrets are kept.")]) -> None:
    """Make what is missing in FOLDER: a password for each user of the broker, the broker's password file, the tokens."""
    made = provision(folder)
    typer.echo(f"{folder}: made {', '.join(made)}" if made else f"{folder}: everything is there")


def provision(folder: Path) -> list[str]:
    """Names of the files that were made. All are readable by their owner alone. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = [f"broker-{user}" for user in USERS] + list(TOKENS)
    made = [name for name in names if not (folder / name).exists()]
    for name in made:
        write_private(folder / name, secrets.token_urlsafe(_BYTES) + "\n")
    if made or not (folder / "passwords").exists():
        write_private(folder / "passwords", "".join(f"{_line(folder, user)}\n" for user in USERS))
        made.append("passwords")
    return made


def _line(folder: Path, user: str) -> str:
    return password_line(user, (folder / f"broker-{user}").read_text().strip(), secrets.token_bytes(SALT_BYTES))


def write_private(path: Path, text: str) -> None:
    """A file of our own user's alone. Whole or not at all, even if the power fails: a half password would lock everyone out."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
