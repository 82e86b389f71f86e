"""A row for each part of our own: the configuration, the broker, the services, the clock, the limits, the records, the drills."""

from collections.abc import Iterator

from services.api.check.rows import CheckVerdict, Row
from services.api.dashboard import Dashboard
from services.api.history import later
from services.api.tile_views import HistoryTile, ServiceTile
from services.shared import limits
from services.shared.settings import last_good
from services.shared.settings.on_disk import OnDisk
from services.shared.settings.tree import Settings
from services.shared.site_time import SiteTime
from services.shared.spans import span
from services.shared.version import VERSION
from services.shared.vocabulary import Control

_MOST = 5


def rows(feed: Dashboard, settings: Settings) -> Iterator[Row]:
    """By what the page shows at this moment."""
    yield _broker(feed, f"{settings.broker.host}:{settings.broker.port}")
    yield from (_service(one, feed, settings) for one in feed.services)
    yield _clock(feed)
    if (unreal := limits.unreal()) is not None:
        yield row("limits", CheckVerdict.WARNING, unreal, limits.ACTION)
    yield _records(feed.history)
    yield from _drills(feed)


def _records(history: HistoryTile) -> Row:
    if history.ok:
        return row("records", CheckVerdict.OK, "stored")
    known, to_do = later.parted(history.reason)
    return row("records", CheckVerdict.FAULT, known or history.reason, to_do or "is the card full or worn? `mine db check`")


def configuration(lies: OnDisk, settings: Settings) -> Row:
    """Whether what runs is what lies on the card: that counts at the next start, which may be a power cut."""
    if lies.mistakes:
        would = "it would not start again" if lies.kept_at is None else "it has mistakes"
        words = f"on the card, {would}: {'; '.join(lies.mistakes[:_MOST])}"
        till = "the services go on with what they read at their start"
        if lies.kept_at is not None:
            till = f"a start goes on with {last_good.told(lies.kept_at, settings.general.timezone)}"
        hint = f"mend it until `mine check` finds no mistake; till then {till}"
        return row("configuration", CheckVerdict.FAULT, words, hint)
    if lies.changed:
        more = f" and {len(lies.changed) - _MOST} more" if len(lies.changed) > _MOST else ""
        words = f"changed on the card, not in force before a restart: {', '.join(lies.changed[:_MOST])}{more}"
        return row("configuration", CheckVerdict.WARNING, words, "start all services again when it suits")
    return row("configuration", CheckVerdict.OK, "in force as it lies on the card")


def row(name: str, verdict: CheckVerdict, words: str, hint: str = "") -> Row:
    """A part of our own."""
    return Row(part="site", name=name, kind="own", what="our own", verdict=verdict, words=words, hint=hint)


def _broker(feed: Dashboard, address: str) -> Row:
    if feed.broker_connected:
        return row("broker", CheckVerdict.OK, f"connected at {address}")
    words = f"cannot be reached at {address}: the controller decides on, and nobody hears of it"
    return row("broker", CheckVerdict.FAULT, words, "is it running? host, port, user and password of [BROKER]")


def _service(one: ServiceTile, feed: Dashboard, settings: Settings) -> Row:
    if one.name == "controller" and feed.state_stale:
        return row(
            one.name, CheckVerdict.FAULT, "silent: nobody decides", "look at its log; until it speaks the plant stays as it is"
        )
    if one.state != "online":
        verdict = CheckVerdict.UNKNOWN if one.state == "unknown" else CheckVerdict.FAULT
        return row(one.name, verdict, one.state, f"look at the log of the {one.name}")
    when = SiteTime(settings.general.timezone)
    up = f"up since {when.clock(one.since_at, feed.time)} ({span(feed.time - one.since_at)})" if one.since_at else "up"
    if one.version and one.version != VERSION:
        return row(
            one.name, CheckVerdict.WARNING, f"{up}, version {one.version}", f"the api is {VERSION}: start all of them again"
        )
    return row(one.name, CheckVerdict.OK, f"{up}, version {one.version or VERSION}")


def _clock(feed: Dashboard) -> Row:
    if feed.clock_trusted:
        return row("clock", CheckVerdict.OK, "trusted")
    words = "not trusted: schedules, planned events and weekly tests wait; control goes on"
    return row(
        "clock", CheckVerdict.WARNING, words, "`timedatectl`: does this computer reach a time server? or give it a clock module"
    )


def _drills(feed: Dashboard) -> Iterator[Row]:
    """That a device answers is no proof that it moves anything: only a drill is. Observing, there is none."""
    never = [one.device for one in feed.drills if one.at is None]
    failed = [one.device for one in feed.drills if one.at is not None and not one.proven]
    if feed.control is not Control.ARMED or not feed.drills:
        return
    if failed:
        yield row(
            "drills",
            CheckVerdict.WARNING,
            f"the last one failed: {', '.join(failed)}",
            f"`mine drill {failed[0]}`, and look at it",
        )
    elif never:
        yield row(
            "drills", CheckVerdict.WARNING, f"never drilled: {', '.join(never)}", f"`mine drill {never[0]}`, one after the other"
        )
    else:
        yield row("drills", CheckVerdict.OK, f"every acting device is proven ({len(feed.drills)})")
