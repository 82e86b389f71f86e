"""`mine access`: the people and tokens that may come in by the page's listener. A running api reads a change within a second."""

import fcntl
import re
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from services.api.login import access_file, hashes
from services.api.login.access_file import Access, PersonRecord, TokenRecord
from services.api.login.person import Role
from services.cli.ask import told
from services.cli.exit_codes import EXIT_REFUSED
from services.cli.options import ForPrograms, Yes
from services.cli.reading import end, judged
from services.cli.setup import write_private
from services.shared.settings.known import LEAST_LETTERS, is_known

app = typer.Typer(help="Who may come in: people with a password, programs with a token.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Letters a-z, digits, . _ -; at most 40.")]
AsRole = Annotated[Role, typer.Option("--role", help="A viewer looks; an operator also asks for something.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it once.")]
_GENERATED_BYTES = 15
_LAST = (
    "{name} is the last operator: then nobody can ask for anything on the page (stop, curtail, reset, acknowledge). Who is on "
    "this computer still can, by `mine`, and programs with an operator's token."
)


@app.command("list")
def list_all(as_json: ForPrograms = False) -> None:
    """Everybody, by name.

    Exit code 0 listed, 1 the file cannot be read, 2 mistakes.
    """
    access = _read(_path())
    kinds = (("person", access.people), ("token", access.tokens))
    rows: list[dict[str, Any]] = [
        {"kind": kind, "name": entry.name, "role": entry.role.value, "made_at": entry.made_at}
        for kind, entries in kinds
        for entry in entries
    ]
    lines = [f"{row['kind']:<7} {row['name']:<20} {row['role']:<9} since {_day(row['made_at'])}" for row in rows]
    told({"access": rows}, lines or ["Nobody may come in."], as_json=as_json)


@app.command()
def add(name: Name, role: AsRole, generate: Generate = False, as_json: ForPrograms = False) -> None:
    """Add a person. The password is asked for, or read from stdin.

    Exit code 0 added, 1 refused, 2 mistakes.
    """
    with _changing() as (access, save):
        if any(person.name == name for person in access.people):
            end(f"There is a person {name} already: mine access password {name}", EXIT_REFUSED)
        person, made = _person(name, role, generate)
        save(access.model_copy(update={"people": (*access.people, person)}))
    _told({"name": name, "role": role.value}, made, f"{name} may log in as {role.value}.", as_json=as_json)


@app.command()
def password(name: Name, generate: Generate = False, as_json: ForPrograms = False) -> None:
    """Give a person another password; every login of theirs ends.

    Exit code 0 given, 1 refused, 2 mistakes.
    """
    with _changing() as (access, save):
        role = next((person.role for person in access.people if person.name == name), None)
        if role is None:
            end(f"There is no person {name}.", EXIT_REFUSED)
        new, made = _person(name, role, generate)
        save(access.model_copy(update={"people": tuple(new if one.name == name else one for one in access.people)}))
    line = f"{name} has another password; all logins of {name} have ended."
    _told({"name": name, "role": role.value}, made, line, as_json=as_json)


@app.command()
def remove(name: Name, yes: Yes = False, as_json: ForPrograms = False) -> None:
    """Remove a person; every login of theirs ends. The last operator only with --yes, or when you confirm it: then nobody can ask
    for anything on the page.

    Exit code 0 removed, 1 refused, 2 mistakes.
    """
    with _changing() as (access, save):
        rest = tuple(person for person in access.people if person.name != name)
        if len(rest) == len(access.people):
            end(f"There is no person {name}.", EXIT_REFUSED)
        is_last = _has_operator(access.people) and not _has_operator(rest)
        if is_last and not yes:
            _confirmed(name)
        save(access.model_copy(update={"people": rest}))
    told({"name": name, "removed": True}, [f"{name} may come in no more."], as_json=as_json)
    if is_last:
        typer.echo("No operator is left: mine access add NAME --role operator makes one.", err=True)


@app.command()
def token(name: Name, role: AsRole, as_json: ForPrograms = False) -> None:
    """Make a token for a program and print it, once: only its hash is kept.

    Exit code 0 made, 1 refused, 2 mistakes.
    """
    text = hashes.new_token()
    with _changing() as (access, save):
        if any(one.name == name for one in access.tokens):
            end(f"There is a token {name} already: mine access revoke {name}", EXIT_REFUSED)
        try:
            made = TokenRecord(name=name, role=role, sha256=hashes.of_token(text), made_at=time.time())
        except ValidationError:
            _bad_name(name)
        save(access.model_copy(update={"tokens": (*access.tokens, made)}))
    told({"name": name, "role": role.value, "token": text}, [text], as_json=as_json)


@app.command()
def revoke(name: Name, as_json: ForPrograms = False) -> None:
    """Take a token back.

    Exit code 0 taken back, 1 refused, 2 mistakes.
    """
    with _changing() as (access, save):
        rest = tuple(one for one in access.tokens if one.name != name)
        if len(rest) == len(access.tokens):
            end(f"There is no token {name}.", EXIT_REFUSED)
        save(access.model_copy(update={"tokens": rest}))
    told({"name": name, "revoked": True}, [f"The token {name} opens nothing any more."], as_json=as_json)


def _has_operator(people: Iterable[PersonRecord]) -> bool:
    return any(person.role is Role.OPERATOR for person in people)


def _confirmed(name: str) -> None:
    """Raises typer.Exit where a person does not say yes; a program must say --yes."""
    typer.echo(_LAST.format(name=name), err=True)
    if not sys.stdin.isatty():
        end(f"Refused, nothing was done: mine access remove {name} --yes", EXIT_REFUSED)
    if not typer.confirm(f"Remove {name} all the same?", err=True):
        end("Nothing was done.", EXIT_REFUSED)


def _told(document: dict[str, str], password: str, line: str, *, as_json: bool) -> None:
    """A password only where it was made here: once."""
    made = {"password": password} if password else {}
    told(document | made, [*([f"The password is {password}"] if password else []), line], as_json=as_json)


def _person(name: str, role: Role, generate: bool) -> tuple[PersonRecord, str]:
    """And the password, where it was made here."""
    text = secrets.token_urlsafe(_GENERATED_BYTES) if generate else _asked(name)
    try:
        made = PersonRecord(name=name, role=role, password=hashes.of_password(text), made_at=time.time())
    except ValidationError:
        _bad_name(name)
    return made, text if generate else ""


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


@contextmanager
def _changing() -> Iterator[tuple[Access, "_Save"]]:
    """The file, and how to write it; no other command changes it meanwhile."""
    path = _path()
    try:
        with path.with_name(f".{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield _read(path), _Save(path)
    except OSError as error:
        end(f"{path} cannot be changed: {error.strerror}", EXIT_REFUSED)


class _Save:
    """Writes the file, whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, access: Access) -> None:
        """Keep `access` from now on. Raises OSError."""
        write_private(self._path, access.text())


def _read(path: Path) -> Access:
    try:
        return access_file.read(path)
    except FileNotFoundError:
        end(f"There is no {path}: `mine setup {path.parent}` makes it.", EXIT_REFUSED)
    except (OSError, ValueError) as error:
        end(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}", EXIT_REFUSED)


def _path() -> Path:
    return access_file.path_of(judged(quiet=True)).absolute()


def _bad_name(name: str) -> NoReturn:
    end(f"found the name {name!r}; allowed: a-z, 0-9, . _ -, at most 40 letters", EXIT_REFUSED)


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
