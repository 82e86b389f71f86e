"""What the machine does by itself each hour, day and month: when it was done last, and whether it found anything wrong."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client.metrics_core import Metric
from pydantic import BaseModel, ConfigDict

from services.api.history.keeper import OVER_THEIR_DAYS
from services.api.metrics import Families
from services.shared import backups
from services.shared.clock import Moment
from services.shared.settings.on_disk import OnDisk
from services.shared.settings.tree import Settings
from services.shared.spans import span

_DAILY = (("controller", "ledger.db"), ("notifier", "alerts.db"), ("api", "mine_data.db"), ("api", OVER_THEIR_DAYS))
OVERDUE_S = 26 * 3_600.0
"""A day, with room for the job itself and one more try."""
_NOT_YET = "not since the start of its service"


class Job(BaseModel):
    """`ok` null: not yet done, overdue, or its service does not answer. `at` in Unix seconds, null where nobody knows."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "ledger.db", "service": "controller", "ok": True, "at": 1795348800.0, "words": "found whole"}]
        }
    )
    name: str
    service: str
    ok: bool | None
    at: float | None
    words: str


class Maintenance(BaseModel):
    """Every job. What one found wrong is an alarm besides."""

    jobs: tuple[Job, ...]


def jobs(settings: Settings, families: Families, lies: OnDisk, now: Moment) -> Maintenance:
    """All of them. Reads two notes in the folder of the backups."""
    chosen = settings.backup
    folder = Path(chosen.folder) if chosen.folder else Path(settings.data.folder) / backups.FOLDER
    return Maintenance(jobs=(*_daily(families, now), *(_backups(folder) if chosen.enabled else ()), _configuration(lies)))


def _daily(families: Families, now: Moment) -> Iterator[Job]:
    for service, name in _DAILY:
        ok = _sample(families.get(service), "mine_daily_ok", name)
        age_s = _sample(families.get(service), "mine_daily_age_seconds", name)
        if ok is None or age_s is None:
            words = _NOT_YET if families.get(service) else f"the {service} does not answer"
            yield Job(name=name, service=service, ok=None, at=None, words=words)
        else:
            yield _done(Job(name=name, service=service, ok=bool(ok), at=now.wall_s - age_s, words=""), age_s)


def _done(job: Job, age_s: float) -> Job:
    words = "done, nothing was found" if job.ok else "see its alarm, and the log"
    if age_s <= OVERDUE_S:
        return job.model_copy(update={"words": words})
    overdue = f"overdue: each day, and it was done last {span(age_s)} ago; see the log of the {job.service}"
    return job.model_copy(update={"words": overdue, "ok": None if job.ok else False})


def _backups(folder: Path) -> Iterator[Job]:
    for kind, note in backups.read_notes(folder).items():
        yield Job(name=f"backup, {kind.value}", service="backup", ok=note.ok, at=note.at, words=note.words or "made and proven")
    if (checked := backups.read_checked(folder)) is not None:
        yield Job(name="newest backups read again", service="backup", ok=checked.ok, at=checked.at, words=checked.words)


def _configuration(lies: OnDisk) -> Job:
    waiting = f"changed, not in force before a restart: {', '.join(lies.changed)}" if lies.changed else "as it runs"
    words = "; ".join(lies.mistakes[:3]) or waiting
    return Job(name="configuration", service="api", ok=not lies.mistakes, at=None, words=words[:500])


def _sample(metrics: Iterable[Metric] | None, name: str, job: str) -> float | None:
    found = (one for metric in metrics or () if metric.name == name for one in metric.samples if one.labels.get("job") == job)
    return next((float(one.value) for one in found), None)
