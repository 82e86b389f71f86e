"""`mine restore`: look whether a backup would come back, and bring it back. `mine arm` ends the observing that follows."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from services.backup import places, restoring, told
from services.backup.places import CONFIG, LEDGER, SECRETS, Places
from services.backup.trouble import Trouble
from services.cli import ask, local_time, noted
from services.cli.backup import steps
from services.cli.exit_codes import EXIT_DONE, EXIT_MISTAKES, EXIT_REFUSED
from services.cli.meant import Meant
from services.cli.options import ForPrograms, Yes
from services.cli.reading import end, judged
from services.controller.core.moments import Now
from services.shared import restored
from services.shared.clock import Clock
from services.shared.settings import Settings

_RESTART = "`sudo systemctl restart bitcoin-mine`, or `docker compose restart controller`"


def restore(
    archive: Annotated[Path, typer.Argument(help="The backup: .tar.gz, or encrypted .tar.gz.enc.")],
    verify: Annotated[bool, typer.Option("--verify", help="Only look whether it would come back.")] = False,
    to: Annotated[Path | None, typer.Option("--to", help="Into this folder, not over the present site.")] = None,
    yes: Yes = False,
    as_json: ForPrograms = False,
) -> None:
    """Bring a backup back, or with --verify try it on a copy that is thrown away; the services must be stopped for the first.

    Every file is proven before anything is touched, and what is there now is kept beside it. No lease and no past event comes
    back; the trips and lock-outs of the backup and of today both stand. The site observes until `mine arm`.

    Exit code 0 done, 1 not done or the backup is bad, 2 mistakes.
    """
    settings = judged(quiet=as_json)
    if found := _no_file(archive):
        end(f"{archive}: found {found}; allowed: a backup, a file .tar.gz or .tar.gz.enc", EXIT_MISTAKES)
    where = places.of(settings)
    near = where.first if to is None or verify else to.resolve()
    passphrase = settings.backup.passphrase.get_secret_value()
    try:
        if verify:
            _verify(settings, archive, near, passphrase, as_json=as_json)
        else:
            target = where if to is None else _in(where, near)
            _restore(settings, archive, target, near, passphrase, yes=yes, as_json=as_json)
    except Trouble as why:
        end(f"Not restored: {why}" if not verify else f"It can not be restored: {why}", EXIT_REFUSED)


def arm(yes: Yes = False, as_json: ForPrograms = False) -> None:
    """After a restore: let the configuration's `control` count again, when what the site would do is right.

    Exit code 0 done, 1 not done, 2 mistakes.
    """
    settings = judged(quiet=as_json)
    folder = places.database(Path(settings.data.folder), LEDGER).parent
    why = restored.why(folder)
    if why is None:
        end("Nothing was restored here: `control` of [GENERAL] alone decides.", EXIT_REFUSED)
    if not yes and not typer.confirm(
        f"The site observes because it was {why}. Shall `control` of [GENERAL] count again?", err=True
    ):
        end("Nothing was done.", EXIT_REFUSED)
    try:
        restored.arm(folder)
    except OSError as error:
        end(f"It cannot be done: {folder / restored.MARKER} cannot be taken away: {error.strerror}", EXIT_REFUSED)
    control = judged(quiet=True).general.control
    line = f"From the controller's next start control = {control} counts; one that runs observes until then: {_RESTART}."
    ask.told({"armed": True, "was": why, "control": control.value}, [line], as_json=as_json)


def _no_file(archive: Path) -> str:
    """What stands there instead of a file; empty where there is one, or where that cannot be seen: who reads it says why."""
    try:
        return "" if archive.is_file() else "a folder" if archive.is_dir() else "nothing"
    except OSError:
        return ""


def _verify(settings: Settings, archive: Path, near: Path, passphrase: str, *, as_json: bool) -> None:
    looked = restoring.verify(archive, near, passphrase, steps(quiet=as_json))
    at = local_time.of(settings)(looked.manifest.at)
    code = EXIT_REFUSED if looked.fault else EXIT_DONE
    lines = list(told.looked_lines(looked, at))
    ask.told(told.looked_document(looked), lines, as_json=as_json, code=code, why=str(looked.fault))
    raise typer.Exit(code)


def _restore(settings: Settings, archive: Path, target: Places, near: Path, passphrase: str, *, yes: bool, as_json: bool) -> None:
    run = noted.read(target.data)
    if run is not None:
        raise Trouble(f"a run is alive (process {run.pid}); stop it first")
    if not yes and not typer.confirm(f"Restore {archive.name} into {target.data}? What is there is kept beside it.", err=True):
        end("Nothing was done.", EXIT_REFUSED)
    moment = Clock(settings.general.clock_trusted).now()
    now = Now(moment.mono_s, moment.wall_s, moment.wall_trusted, moment.host_boot)
    meant = Meant(target, yes=yes)
    looked, done = restoring.restore(archive, target, near, now, passphrase, steps(quiet=as_json), meant)
    at = local_time.of(settings)(looked.manifest.at)
    document = told.looked_document(looked) | told.restored_document(done)
    ask.told(document, [*told.looked_lines(looked, at), *told.restored_lines(done)], as_json=as_json)


def _in(where: Places, folder: Path) -> Places:
    """Everything in one folder, the configuration within it. Raises Trouble where it holds what is no site's."""
    if not _is_free(folder):
        raise Trouble(f"{folder} holds other things: name a folder that is new, empty, or a site's")
    config = folder / "config"
    return replace(where, data=folder, config=config / CONFIG, secrets=folder / SECRETS)


def _is_free(folder: Path) -> bool:
    """Nothing is in it, or what a restore that was killed or a restored site left: the folder becomes its user's alone."""
    try:
        there = [one.name for one in folder.iterdir()]
    except OSError:
        return True  # what is not there, or no folder, is told by whoever makes it
    return not there or any(name.startswith((LEDGER, f".{LEDGER}", restoring.SCRATCH)) for name in there)
