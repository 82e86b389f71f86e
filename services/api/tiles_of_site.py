"""The tiles of the whole site: its load, its temperature, its humidity."""

from services.api.image import Image
from services.api.latest import age_s
from services.api.stale_limits import load_limit_s
from services.api.tile_views import HumidityTile, LoadTile, TemperatureTile, Tone
from services.shared.clock import Moment
from services.shared.messages import LoadSummary, State
from services.shared.settings.tree import Settings


def load(image: Image, stale: bool, settings: Settings, now: Moment) -> LoadTile:
    """What was measured last stays, stale, when no meter is read any more."""
    limit_s = load_limit_s(image, settings, now)
    state, metered = image.state, image.kept.metered
    said = state.load if state else None
    age = age_s(metered.load.measured_mono_s, metered.host_boot, now) if metered else None
    present = None if stale else said
    is_old = age is None or age > limit_s or said is None or said.measured_kw is None
    return LoadTile(
        age_s=age,
        stale=is_old,
        stale_after_s=limit_s,
        measured_kw=metered.load.measured_kw if metered else None,
        target_kw=present.target_kw if present else None,
        setpoint_kw=present.setpoint_kw if present else None,
        unknown_kw=present.unknown_kw if present else None,
        nominal_kw=said.nominal_kw if said else None,
        ready_kw=_ready_kw(present, measured=not is_old) if present else None,
        interval_kw=present.interval_kw if present else None,
        interval_ends_at=present.interval_ends_at if present else None,
        interval_limit_kw=_asked_kw(state) if state and present else None,
        interval_minutes=settings.power.interval_minutes,
    )


def temperature(max_c: float | None, settings: Settings) -> TemperatureTile:
    """The highest temperature that a decision goes by, and the limits that it nears."""
    warn_c, shed_c = settings.general.max_temp_celsius, settings.temperature.shed_celsius
    tone: Tone = "good"
    if max_c is None:
        tone = "unknown"
    elif max_c >= shed_c:
        tone = "bad"
    elif max_c >= warn_c or max_c <= settings.general.min_temp_celsius:
        tone = "warning"
    return TemperatureTile(
        max_c=max_c,
        warn_c=warn_c,
        shed_c=shed_c,
        emergency_c=settings.temperature.emergency_celsius,
        min_c=settings.general.min_temp_celsius,
        tone=tone,
    )


def humidity(percent: float | None, settings: Settings) -> HumidityTile:
    """The highest relative humidity, and its limit."""
    limit = settings.general.max_humidity
    tone: Tone = "unknown" if percent is None else "warning" if percent > limit else "good"
    return HumidityTile(max_percent=percent, limit_percent=limit, tone=tone)


def _ready_kw(load: LoadSummary, *, measured: bool) -> float:
    """What is on and may be taken off: while loads wake they are counted whole, and draw little."""
    return min(load.ready_kw, load.measured_kw) if measured and load.measured_kw is not None else load.ready_kw


def _asked_kw(state: State) -> float | None:
    """The lowest that a power signal of any kind leaves to the site; None while none asks."""
    asked = [one.ceiling_kw for one in state.limits if one.scope == "site" and one.kind.is_power_event]
    return min(asked, default=None)
