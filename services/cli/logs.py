"""`mine logs`: the rotated log files of all services as one, by time; also while nothing runs."""

import contextlib
import json
import os
import re
import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from services.cli.exit_codes import EXIT_MISTAKES, EXIT_REFUSED
from services.cli.log_files import Kept, in_place, merged, newest, opened, paths
from services.cli.log_lines import LEVELS, Entry, Wanted, level_of
from services.cli.log_tail import Tail
from services.cli.options import within
from services.cli.reading import end, to_ask

SERVICES = ("collector", "controller", "notifier", "api", "backup", "simulator")
MOST_LINES = 100_000
_LOOK_EACH_S = 0.5
_SPAN = re.compile(r"(\d{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_S = 10 * 366 * 86400


def logs(
    services: Annotated[list[str] | None, typer.Argument(metavar="SERVICE", help="Without any: all of them.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", callback=within(0, MOST_LINES), help="So many of the newest.")] = 100,
    since: Annotated[str, typer.Option("--since", help="Such as 90s, 10m, 2h, 3d, or a UTC time in ISO 8601.")] = "",
    level: Annotated[str, typer.Option("--level", help=f"From it up: {', '.join(LEVELS).lower()}.")] = "debug",
    grep: Annotated[str, typer.Option("--grep", help="A regular expression of the text, small and capital alike.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """The services' log lines, merged by time; times are UTC. It reads the files, so it works while nothing runs.

    A line that is dated earlier than the one before it, as after a boot in 1970, keeps its place in its file.

    Exit code 0 shown, also when no line is there that fits, 1 there are no files, or they may not be read, 2 mistakes.
    """
    folder = _folder()
    begin, wanted = _since(since, time.time()), _wanted(level, grep)
    try:
        chosen = _chosen(folder, services or [])
        with contextlib.ExitStack() as open_files, contextlib.suppress(KeyboardInterrupt):
            files = {name: opened(folder, name, open_files, without_torn=follow) for name in chosen}
            parts = [newest(files[name], wanted, lines, begin) for name in chosen] if lines else []
            _show(merged(parts, lines), as_json=as_json)
            tails = [_tail(folder / f"{name}.log", files[name]) for name in chosen] if follow else []
            _follow(tails, wanted, as_json=as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read has enough; nothing more is flushed to it
    except OSError as error:
        end(f"The log cannot be read: {error}", EXIT_REFUSED)


def _tail(path: Path, files: list[Kept]) -> Tail:
    """It begins where the files that were shown first end, so that no line is shown twice, and none is left out."""
    return Tail(path, files[0] if files and files[0].is_current else None)


def _follow(tails: list[Tail], wanted: Wanted, *, as_json: bool) -> None:
    """Until Ctrl-C. Raises OSError."""
    with contextlib.ExitStack() as ended:
        for tail in tails:
            ended.callback(tail.close)
        while tails:
            time.sleep(_LOOK_EACH_S)
            found = merged([in_place(tail.more()) for tail in tails])
            _show(filter(wanted, found), as_json=as_json)


def _folder() -> Path:
    named = to_ask(quiet=True).data.logs
    if not named:
        end("No log files are kept: logs = none in [DATA]. The lines are in the journal and the containers' log.", EXIT_REFUSED)
    return Path(named)


def _chosen(folder: Path, asked: Iterable[str]) -> list[str]:
    """The services whose lines are shown; one that was named and has no file is told on stderr. Raises OSError."""
    unknown = [name for name in asked if name not in SERVICES]
    if unknown:
        end(f"found the service {', '.join(repr(name[:40]) for name in unknown)}; allowed: {', '.join(SERVICES)}", EXIT_MISTAKES)
    wanted = list(asked)
    chosen = [name for name in SERVICES if name in (wanted or SERVICES)]
    without = [name for name in chosen if not any(paths(folder, name))]
    if chosen == without:
        end(_elsewhere(chosen, folder), EXIT_REFUSED)
    if wanted and without:
        typer.echo(_elsewhere(without, folder), err=True)
    return chosen


def _elsewhere(names: list[str], folder: Path) -> str:
    """Not everywhere are files kept: containers that are not installed have none, and the backup none before its first job."""
    told = f"There is no log file of {', '.join(names)} in {folder}."
    engine = f"docker compose logs {' '.join(names)}"
    return f"{told} Look into `journalctl -u bitcoin-mine`, `{engine}`, or the terminal of `mine run`."


def _since(text: str, now: float) -> str:
    """The earliest moment that is shown, as the lines have it; empty: from the beginning."""
    if not text:
        return ""
    found = _SPAN.fullmatch(text)
    try:
        if found:
            ago = min(int(found[1]) * _SECONDS[found[2]], _LONGEST_S)
            moment = datetime.fromtimestamp(now, UTC) - timedelta(seconds=ago)
        else:
            moment = datetime.fromisoformat(text)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        end(f"--since {text}: wanted is a span such as 90s, 10m, 2h, 3d, or a time such as 2026-07-01T14:05", EXIT_MISTAKES)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _wanted(level: str, grep: str) -> Wanted:
    if level_of(level) not in LEVELS:
        end(f"--level: found {level[:40]!r}; allowed: {', '.join(LEVELS).lower()}", EXIT_MISTAKES)
    loud = set(LEVELS[LEVELS.index(level_of(level)) :])
    try:
        pattern = re.compile(grep, re.IGNORECASE)
    except re.error as error:
        end(f"--grep {grep}: {error}", EXIT_MISTAKES)
    return lambda entry: entry.level in loud and (not grep or pattern.search(entry.told()) is not None)


def _show(found: Iterable[Entry], *, as_json: bool) -> None:
    for entry in found:
        print(json.dumps(asdict(entry), ensure_ascii=False) if as_json else entry.told())
    print(end="", flush=True)
