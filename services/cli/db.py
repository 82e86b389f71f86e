"""`mine db`: care for the records, `mine_data.db`. It never touches `ledger.db` or `alerts.db`."""
# ruff: noqa: PLC0415
# Its library takes 20 MB, which `mine stop` would have no room for beside the controller in its container.

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import typer

from services.cli import local_time, noted
from services.cli.ask import told
from services.cli.exit_codes import EXIT_DONE, EXIT_REFUSED
from services.cli.options import ForPrograms, Yes
from services.cli.progress import working
from services.cli.reading import end, judged
from services.cli.saying import say
from services.shared.settings import Settings

FILE = "mine_data.db"
T = TypeVar("T")
app = typer.Typer(help="Care for the records, mine_data.db: never for ledger.db.", no_args_is_help=True)


@app.command("init")
def init(as_json: ForPrograms = False) -> None:
    """Make the records, or bring them to this version. Not needed: the api does it when it starts.

    A damaged file is left as it is, for `mine db repair`. The api must be stopped.

    Exit code 0 done, 1 not, 2 mistakes.
    """
    from services.api.history import care

    path = _alone(judged(quiet=as_json))
    is_new = _tried(lambda: care.begin(path))
    words = "made" if is_new else "was there, and is of this version"
    told({"file": str(path), "made": is_new}, [f"{path}: {words}"], as_json=as_json)


@app.command("check")
def check(as_json: ForPrograms = False) -> None:
    """Look at every page and at the chain of the audit; also while the api runs.

    Exit code 0 well, 1 faults were found, 2 mistakes.
    """
    from services.api.history import care

    path = _path(judged(quiet=as_json))
    with working(f"looking at every page of {path.name}", quiet=as_json):
        found = _tried(lambda: care.check(path))
    document = {"file": str(path), "ok": found.ok, "version": found.version, "faults": list(found.faults)}
    code = EXIT_DONE if found.ok else EXIT_REFUSED
    if found.ok or as_json:
        why = f"{path}: {'; '.join(found.faults)}"
        told(document, [f"{path}: well, version {found.version}"], as_json=as_json, code=code, why=why)
    if not found.ok:
        say("\n".join([f"{path}:", *(f"  {fault}" for fault in found.faults)]), err=True)
    raise typer.Exit(code)


@app.command("repair")
def repair(yes: Yes = False, as_json: ForPrograms = False) -> None:
    """Copy all that can be read into a new file; the old one is kept beside it. The api must be stopped.

    Exit code 0 done, 1 not, or nothing could be saved, 2 mistakes.
    """
    from services.api.history import care

    path = _alone(judged(quiet=as_json))
    _sure(f"Copy what can be read of {path} into a new file?", yes)
    with working(f"copying what can be read of {path.name}", quiet=as_json):
        done = _tried(lambda: care.repair(path))
    damaged = f"; damage was met in {', '.join(done.damaged)}" if done.damaged else ""
    rows = ", ".join(f"{count} of {table}" for table, count in done.rows.items())
    document = {"file": str(path), "rows": done.rows, "damaged": list(done.damaged), "aside": done.aside.name}
    lost = f"Nothing could be saved: the records begin anew. A backup may have them, and {done.aside.name} is kept."
    line = f"{path}: saved {rows or 'nothing'}{damaged}. The old file is {done.aside.name}"
    told(document, [line], as_json=as_json, code=EXIT_REFUSED if done.is_in_vain else EXIT_DONE, why=lost)
    if done.is_in_vain:
        end(lost, EXIT_REFUSED)


@app.command("reset")
def reset(yes: Yes = False, as_json: ForPrograms = False) -> None:
    """Begin new records; the old file is kept beside them. The api must be stopped.

    Exit code 0 done, 1 not, 2 mistakes.
    """
    from services.api.history import care

    path = _alone(judged(quiet=as_json))
    _sure(f"Begin new records? {path} is set aside.", yes)
    aside = _tried(lambda: care.reset(path))
    line = f"{path}: new" + (f". The old file is {aside.name}" if aside else "")
    told({"file": str(path), "aside": aside.name if aside else None}, [line], as_json=as_json)


@app.command("stats")
def show(as_json: ForPrograms = False) -> None:
    """Rows, bytes, oldest and newest of each table; also while the api runs.

    Exit code 0 done, 1 it cannot be read, 2 mistakes.
    """
    from services.api.history.stats import stats
    from services.cli import db_stats

    settings = judged(quiet=as_json)
    path = _path(settings)
    if not path.exists():
        end(f"{path} does not exist", EXIT_REFUSED)
    found = _tried(lambda: stats(path))
    told(db_stats.document(found), list(db_stats.lines(found, local_time.of(settings))), as_json=as_json)


def _path(settings: Settings) -> Path:
    return Path(settings.data.folder) / FILE


def _alone(settings: Settings) -> Path:
    """The file, where nothing runs that could be writing it; the file's own lock is asked besides."""
    run = noted.read(Path(settings.data.folder))
    if run is not None:
        end(f"Refused: a run is alive (process {run.pid}). Stop it first.", EXIT_REFUSED)
    return _path(settings)


def _sure(question: str, yes: bool) -> None:
    if not yes and not typer.confirm(question, err=True):
        end("Nothing was done.", EXIT_REFUSED)


def _tried(work: Callable[[], T]) -> T:
    from services.api.history import care, faults

    try:
        return work()
    except care.InUse as error:
        end(f"Refused: {error}", EXIT_REFUSED)
    except FileNotFoundError as error:
        end(f"There is no {error}", EXIT_REFUSED)
    except (faults.Trouble, OSError, sqlite3.Error) as error:
        end(f"It cannot be done: {error}", EXIT_REFUSED)
