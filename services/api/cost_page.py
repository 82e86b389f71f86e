"""The page of our own cost, without scripts: the same figures as `GET /api/v1/cost`."""

from html import escape

from services.api.cost import Cost, ServiceCost
from services.api.plain import document, table
from services.api.plain_plant import number

_MB = 1_000_000.0
_COLUMNS = ("service", "answers", "memory", "processor", "written today", "since its start", "open files")


def page(cost: Cost, site: str) -> str:
    """The page as HTML. It asks for itself again every 30 seconds."""
    written = number(_mb(cost.whole.written_today_bytes), "MB")
    rows = [_row(one) for one in (*cost.services, cost.whole)]
    yesterday = number(_mb(cost.written_yesterday_bytes), "MB")
    disk = f"{number(_mb(cost.disk_free_bytes), 'MB')} free of {number(_mb(cost.disk_bytes), 'MB')}"
    parts = [
        f"<h1>Our own cost: {escape(written)} written today</h1>",
        f"<p>{escape(_times(cost))}</p>",
        table("Services", _COLUMNS, rows),
        table("Databases", ("file", "size"), ((name, number(_mb(size), "MB")) for name, size in cost.databases_bytes.items())),
        f"<p>Disk of the records: {escape(disk)}. Written yesterday: {escape(yesterday)}.</p>",
        '<p>The broker is not counted. <a href="/plain">The site</a> · <a href="/metrics">all metrics</a></p>',
    ]
    return document(f"{site}: own cost", parts)


def _row(one: ServiceCost) -> tuple[str, ...]:
    share = None if one.cpu_share is None else one.cpu_share * 100
    return (
        one.service,
        "yes" if one.up else "no",
        number(_mb(one.memory_bytes), "MB"),
        number(share, "% of a core"),
        number(_mb(one.written_today_bytes), "MB"),
        number(_mb(one.written_bytes), "MB"),
        "unknown" if one.open_files is None else str(one.open_files),
    )


def _times(cost: Cost) -> str:
    return f"{cost.time} ({cost.timezone}). Today is {cost.today}, counted since {cost.today_since}."


def _mb(size: float | None) -> float | None:
    return None if size is None else size / _MB
