"""A row for each way to people, by the notifier's word; `mine check` has each asked anew."""

from services.api.check.rows import CheckVerdict, Row
from services.api.image import Image
from services.api.tiles_of_services import is_notifier_silent
from services.shared.clock import Moment
from services.shared.messages import ChannelHealth
from services.shared.settings.tree import Settings
from services.shared.site_time import SiteTime
from services.shared.vocabulary import HealthState

_SILENT = "nobody would be told: look at the log of the notifier"


def rows(image: Image, settings: Settings, now: Moment, *, broker_connected: bool) -> tuple[Row, ...]:
    """One for each channel there is, set up or not; one for all while the notifier is silent."""
    said = image.alarm_state
    if said is None or is_notifier_silent(image, broker_connected):
        silent = _row("all", CheckVerdict.FAULT, "the notifier is silent: nothing is known of any channel", _SILENT)
        return (silent.model_copy(update={"kind": "notifier"}),)
    when = SiteTime(settings.general.timezone)
    return tuple(_channel(one, when, now) for one in said.channels)


def _channel(one: ChannelHealth, when: SiteTime, now: Moment) -> Row:
    if one.state is HealthState.NOT_CONFIGURED:
        return _row(one.name, CheckVerdict.ABSENT, f"not set up: {one.reason}", "")
    delivered = "never delivered anything"
    if one.last_delivered_at is not None:
        delivered = f"last delivered {when.clock(one.last_delivered_at, now.wall_s)}"
    waiting = f"; {one.waiting} waiting" if one.waiting else ""
    if one.state is HealthState.LOST or one.reason:
        return _row(one.name, CheckVerdict.FAULT, f"{one.reason}; {delivered}{waiting}", hint(one.name, one.reason))
    return _row(one.name, CheckVerdict.OK, f"{delivered}{waiting}", "")


def hint(name: str, failure: str) -> str:
    """What to do about a provider that said no, or nothing."""
    if any(sign in failure for sign in ("no connection", "no answer", "resolved", "route", "refused the connection")):
        return "does this computer reach the internet, and its name server? else the provider's address or port"
    return f"the {name}_... keys of [NOTIFICATIONS]; then `mine notify test {name}`"


def _row(name: str, verdict: CheckVerdict, words: str, hint: str) -> Row:
    return Row(part="channel", name=name, kind="channel", what="way to people", verdict=verdict, words=words, hint=hint)
