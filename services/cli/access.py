"""`mine access`: the people and tokens that may come in by the page's listener. A running api reads a change within a second."""

import sys
from collections.abc import Iterable
from typing import Annotated, Any, NoReturn

import typer

from services.api.login.access_file import PersonRecord, TokenRecord
from services.api.login.person import Role
from services.cli import access_entries
from services.cli.access_change import changing, held
from services.cli.ask import told
from services.cli.exit_codes import EXIT_MISTAKES, EXIT_REFUSED
from services.cli.options import ForPrograms, Yes
from services.cli.reading import end, judged
from services.shared.site_time import SiteTime

app = typer.Typer(help="Who may come in: people with a password, programs with a token.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Letters a-z, digits, . _ -; at most 40.")]
AsRole = Annotated[Role, typer.Option("--role", help="A viewer looks; an operator also asks for something.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it once.")]
_LAST = (
    "{name} is the last operator: then nobody can ask for anything on the page (stop, curtail, reset, acknowledge). Who is on "
    "this computer still can, by `mine`, and programs with an operator's token."
)


@app.command("list")
def list_all(as_json: ForPrograms = False) -> None:
    """Everybody, by name.

    Exit code 0 listed, 1 the file cannot be read, 2 mistakes.
    """
    access = held()
    kinds = (("person", access.people), ("token", access.tokens))
    rows: list[dict[str, Any]] = [
        {"kind": kind, "name": entry.name, "role": entry.role.value, "made_at": entry.made_at}
        for kind, entries in kinds
        for entry in entries
    ]
    site = SiteTime(judged(quiet=True).general.timezone)
    lines = [f"{row['kind']:<7} {row['name']:<20} {row['role']:<9} since {(site.iso(row['made_at']) or '')[:10]}" for row in rows]
    told({"access": rows}, lines or ["Nobody may come in."], as_json=as_json)


@app.command()
def add(name: Name, role: AsRole, generate: Generate = False, as_json: ForPrograms = False) -> None:
    """Add a person. The password is asked for, or read from stdin.

    Exit code 0 added, 1 refused, 2 mistakes.
    """
    with changing() as (access, save):
        if any(person.name == name for person in access.people):
            end(f"There is a person {name} already: mine access password {name}", EXIT_REFUSED)
        person, made = access_entries.person(name, role, generate=generate)
        save(access.model_copy(update={"people": (*access.people, person)}))
    _told({"name": name, "role": role.value}, made, f"{name} may log in as {role.value}.", as_json=as_json)


@app.command()
def password(name: Name, generate: Generate = False, as_json: ForPrograms = False) -> None:
    """Give a person another password; every login of theirs ends.

    Exit code 0 given, 1 refused, 2 mistakes.
    """
    with changing() as (access, save):
        role = next((person.role for person in access.people if person.name == name), None)
        if role is None:
            _stranger("person", name, access.people)
        new, made = access_entries.person(name, role, generate=generate)
        save(access.model_copy(update={"people": tuple(new if one.name == name else one for one in access.people)}))
    line = f"{name} has another password; all logins of {name} have ended."
    _told({"name": name, "role": role.value}, made, line, as_json=as_json)


@app.command()
def remove(name: Name, yes: Yes = False, as_json: ForPrograms = False) -> None:
    """Remove a person; every login of theirs ends. The last operator only with --yes, or when you confirm it: then nobody can ask
    for anything on the page.

    Exit code 0 removed, 1 refused, 2 mistakes.
    """
    with changing() as (access, save):
        rest = tuple(person for person in access.people if person.name != name)
        if len(rest) == len(access.people):
            _stranger("person", name, access.people)
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
    with changing() as (access, save):
        if any(one.name == name for one in access.tokens):
            end(f"There is a token {name} already: mine access revoke {name}", EXIT_REFUSED)
        made, text = access_entries.token(name, role)
        save(access.model_copy(update={"tokens": (*access.tokens, made)}))
    told({"name": name, "role": role.value, "token": text}, [text], as_json=as_json)


@app.command()
def revoke(name: Name, as_json: ForPrograms = False) -> None:
    """Take a token back.

    Exit code 0 taken back, 1 refused, 2 mistakes.
    """
    with changing() as (access, save):
        rest = tuple(one for one in access.tokens if one.name != name)
        if len(rest) == len(access.tokens):
            _stranger("token", name, access.tokens)
        save(access.model_copy(update={"tokens": rest}))
    told({"name": name, "revoked": True}, [f"The token {name} opens nothing any more."], as_json=as_json)


def _stranger(kind: str, name: str, entries: Iterable[PersonRecord | TokenRecord]) -> NoReturn:
    end(f"found the {kind} {name[:40]!r}; allowed: {', '.join(one.name for one in entries) or 'none is there'}", EXIT_MISTAKES)


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
