"""`mine rehearse`: a power event, and what goes wrong beside it, run on the site's own configuration and a simulated plant."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.ask import told
from services.cli.exit_codes import EXIT_DONE, EXIT_MISTAKES, EXIT_REFUSED
from services.cli.options import ForPrograms
from services.cli.progress import bar
from services.cli.reading import end, judged, settings_or_exit
from services.controller.drivers import pdu_profiles
from services.controller.limits import limits_from
from services.shared.settings import Settings, file_of
from services.shared.vocabulary import Control
from services.simulator.invariants import violations
from services.simulator.twin.day import Day, day_by_chance
from services.simulator.twin.faults import LIBRARY
from services.simulator.twin.invariant import Checked
from services.simulator.twin.moment import Instant, Observer
from services.simulator.twin.of_settings import premises_of
from services.simulator.twin.outcome import outcomes
from services.simulator.twin.record import Record
from services.simulator.twin.report import falls_short, report, verdict
from services.simulator.twin.story import Story
from services.simulator.twin.text import DayWrong, Reader
from services.simulator.twin.twin import Twin

_A_DAY_H = 24.0
_MOST_HOURS = 14 * 24.0


def rehearse(  # noqa: PLR0913, PLR0917 - a command has the options that it has
    event: Annotated[
        list[str] | None, typer.Option(help='Such as "control 14:00-18:00 to 200 kW"; may stand several times.')
    ] = None,
    fault: Annotated[list[str] | None, typer.Option(help='Such as "foreman lies 14:00-15:00"; may stand several times.')] = None,
    day: Annotated[Path | None, typer.Option(help="A file of a day: lines of event, fault, begins, hours, seed.")] = None,
    seed: Annotated[int | None, typer.Option(help="A day by chance; the same number is the same day.")] = None,
    hours: Annotated[float | None, typer.Option(help="How long; by default until 3 h after the last event or fault.")] = None,
    config: Annotated[Path | None, typer.Option(help="A configuration file other than the usual one.")] = None,
    story: Annotated[bool, typer.Option("--story", help="Tell all that happened, with times.")] = False,
    faults: Annotated[bool, typer.Option("--list", help="The faults there are, and end.")] = False,
    as_json: ForPrograms = False,
) -> None:
    """Does this site make its kW in time?

    Exit code 0 it does, 1 it falls short, 2 mistakes, or what was asked for cannot be understood.
    """
    if faults:
        told({"faults": [{"name": one.name, "about": one.about} for one in LIBRARY]}, _table(), as_json=as_json)
        return
    settings = _settings(config, quiet=as_json)
    limits = limits_from(settings)
    if not limits.loads:
        end("There is nothing to rehearse: loads.csv names no load.", EXIT_MISTAKES)
    if limits.control is not Control.ARMED:
        typer.echo("control = observe: rehearsed as if it were armed.", err=as_json)
        limits = replace(limits, control=Control.ARMED)
    metered = pdu_profiles.named(settings.pdu.profile).watts is not None
    reader = Reader(limits, premises_of(settings, limits, outlet_watts=metered))
    try:
        chosen = _day(reader, event or [], fault or [], day, seed, hours)
    except OSError as error:
        end(f"--day {day}: found {(error.strerror or 'nothing readable').lower()}; allowed: a text file of a day", EXIT_MISTAKES)
    except UnicodeDecodeError:
        end(f"--day {day}: found what is no text; allowed: a text file of a day, in UTF-8", EXIT_MISTAKES)
    except DayWrong as error:
        end(str(error), EXIT_MISTAKES)
    raise typer.Exit(_run(reader, chosen, tells=story, as_json=as_json))


class _Passed(Observer):
    """Shows how much of the day has passed."""

    def __init__(self, day: Day, *, quiet: bool) -> None:
        self._begins_s, self._long_s = day.begins_s, day.ends_s - day.begins_s
        self._show = bar("of the day", quiet=quiet)

    def observe(self, moment: Instant) -> tuple[str, ...]:
        """Nothing is wrong with it."""
        self._show(min((moment.sim_s - self._begins_s) / self._long_s, 0.99))
        return ()

    def end(self, _: Instant) -> tuple[str, ...]:
        """The line goes."""
        self._show(1.0)
        return ()


def _run(reader: Reader, day: Day, *, tells: bool, as_json: bool) -> int:
    record, story = Record(reader.limits, day), Story()
    watchers = (record, story, _Passed(day, quiet=as_json), Checked(violations), *outcomes(reader.limits, day))
    twin = Twin(reader.limits, reader.premises, day, watchers)
    twin.run()
    wrong = tuple(twin.watchers.violations)
    happened = [*day.lines(), *story.lines, *twin.watchers.trace, ""] if tells or wrong else []
    code = EXIT_REFUSED if falls_short(record, wrong) else EXIT_DONE
    told_of = report(reader.limits, day, record, wrong)
    document = _document(record, day, wrong, happened)
    told(document, [*happened, *told_of], as_json=as_json, code=code, why=verdict(record, wrong))
    return code


def _document(record: Record, day: Day, wrong: tuple[str, ...], happened: list[str]) -> dict[str, Any]:
    """Seconds count from an event's begin; kW are what the loads really drew. In time is within `tolerance_kw` of the target."""
    events = [
        {
            "event": str(one.event), "deadline_s": one.deadline_s, "target_kw": one.target_kw, "heard_s": one.heard_s,
            "kw_at_deadline": one.kw_at_deadline, "excess_kw": one.excess_kw(record.tolerance_kw), "reached_s": one.reached_s,
            "restored_s": one.restored_s, "hottest_c": one.hottest_c,
        }
        for one in record.events
    ]  # fmt: skip
    return {
        "ok": not falls_short(record, wrong), "verdict": verdict(record, wrong), "seed": day.seed,
        "tolerance_kw": record.tolerance_kw, "events": events,
        "hottest_c": record.hottest_c, "must_not_be": list(wrong), "story": happened,
    }  # fmt: skip


def _day(reader: Reader, events: list[str], faults: list[str], file: Path | None, seed: int | None, hours: float | None) -> Day:
    given = [
        name
        for name, is_there in (("--day", file), ("--seed", seed is not None), ("--event or --fault", events or faults))
        if is_there
    ]
    if file is not None and len(given) > 1:
        raise DayWrong(f"found {' and '.join(given)}; allowed: a --day alone, for the file says it all")
    if hours is not None and not 0 < hours <= _MOST_HOURS:
        raise DayWrong(f"--hours: found {hours:g}; allowed: more than 0 and at most {_MOST_HOURS:g}")
    if file is not None:
        return reader.day(file.read_text(encoding="utf-8-sig"))
    if events or faults:
        return reader.made(events, faults, hours=hours, seed=1 if seed is None else seed)
    if seed is not None:
        return day_by_chance(reader.limits, reader.premises, seed, hours or _A_DAY_H)
    return reader.made(["control 14:00-18:00"], [], hours=hours, seed=1)


def _settings(config: Path | None, *, quiet: bool) -> Settings:
    if config is None:
        return judged(quiet=quiet)
    env = {**os.environ, "MINE_CONFIG": str(config)}
    if not quiet:
        typer.echo(f"Configuration: {file_of(env)}")
    return settings_or_exit(env)


def _table() -> list[str]:
    width = max(len(one.name) for one in LIBRARY)
    return [f"{one.name:{width}}  {one.about} (on {one.falls.value})" for one in LIBRARY]
