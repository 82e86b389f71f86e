"""From the operator's settings to the limits of the core: the one place where keys become units of the core."""

from zoneinfo import ZoneInfo

from services.controller.core.plant import Limits, Pace
from services.controller.limits_plant import fans_of, feeders_of, foreman_is_set_up, keep_order, loads_of, sensed_zones
from services.controller.limits_power import schedules_of, sources_of
from services.shared.settings.sensing import sensing_devices
from services.shared.settings.tree import Settings

_HTTP_IN_FLIGHT = 400
_FOREMAN_IN_FLIGHT = 40  # its answers may take 20 s and more at one call a second


_YOUNG_POLLS = 2.0
"""A temperature older than so many polls lowers no fan: one lost answer is common, two are not."""
_YOUNG_LEAST_S = 5.0
"""However fast the polls: one answer may take some seconds, and is as old as its question."""
_REST_RELEASES = 8.0
"""Load that came back too often waits for so many releases: 16 minutes as shipped."""


def limits_from(settings: Settings) -> Limits:
    """Everything configured, as the core wants it."""
    power, fans, heat, general = settings.power, settings.fans, settings.temperature, settings.general
    loads = loads_of(settings)
    nominal_kw = sum(load.kw for load in loads)
    devices = acting_devices(settings)
    return Limits(
        control=general.control,
        demo=general.demo,
        loads=loads,
        fans=fans_of(settings),
        sources=sources_of(settings),
        paces={name: _pace(name, kind, settings) for name, kind in devices.items()},
        device_kinds=devices,
        lost_after_s={name: _lost_after_s(kind, settings) for name, kind in devices.items()},
        curtail_to_kw=power.curtail_to_kw,
        hard_cut_on_loss=power.hard_cut_on_loss,
        pdu_on_curtail=power.pdu_on_curtail,
        response_deadline_s=power.response_deadline_minutes * 60,
        thermal_soft_wait_s=power.thermal_soft_wait_seconds,
        release_s=power.release_seconds,
        restore_step_kw=max(nominal_kw * power.restore_step_percent / 100, max((load.kw for load in loads), default=0.0)),
        restore_step_s=power.restore_step_seconds,
        start_grace_s=power.start_grace_seconds,
        asleep_watts=power.asleep_watts,
        meter_tolerance_kw=nominal_kw * power.meter_tolerance_percent / 100,
        meter_max_age_s=power.meter_max_age_seconds,
        meter_base_kw=settings.meter.base_kw,
        site_limit_kw=power.site_limit_kw or None,
        max_temp_c=general.max_temp_celsius,
        min_temp_c=general.min_temp_celsius,
        max_humidity=general.max_humidity,
        shed_c=heat.shed_celsius,
        emergency_c=heat.emergency_celsius,
        single_sensor_margin_c=heat.single_sensor_margin_celsius,
        temperature_lost_s=heat.lost_minutes * 60,
        temperature_stale_s=heat.stale_seconds,
        temperature_young_s=max(_YOUNG_POLLS * heat.poll_seconds, _YOUNG_LEAST_S),
        zones=sensed_zones(settings),
        fan_start_spacing_s=fans.start_spacing_seconds,
        fan_min_on_s=fans.min_on_seconds,
        fan_min_off_s=fans.min_off_seconds,
        fan_stage_start_c=fans.stage_start_celsius,
        fan_hysteresis_c=fans.hysteresis_celsius,
        fan_lag_s=fans.lag_seconds,
        fan_min_watts=fans.min_watts,
        fan_proof_by_relay=fans.proof == "relay",
        fan_spin_up_s=fans.spin_up_seconds,
        fan_watts_max_age_s=fans.watts_max_age_seconds,
        fans_on_smoke=fans.on_smoke,
        keep_order=keep_order(loads),
        sensing_devices=sensing_devices(settings),
        feeders=feeders_of(settings),
        schedules=schedules_of(settings),
        timezone=ZoneInfo(general.timezone),
        interval_s=power.interval_minutes * 60,
        restore_jitter_s=power.restore_jitter_seconds,
        returns_per_hour=power.returns_per_hour,
        rest_s=_REST_RELEASES * power.release_seconds,
    )


def acting_devices(settings: Settings) -> dict[str, str]:
    """The acting devices by name, with their kind, that the settings give an address and what else they need."""
    devices: dict[str, str] = {}
    if foreman_is_set_up(settings):
        devices["foreman"] = "foreman"
    devices |= {f"pdu-{n}": "snmp_pdu" for n, _ in enumerate(settings.apis.pdu_ip, 1)}
    devices |= {f"relay-{n}": "modbus_fans" for n, _ in enumerate(settings.apis.fan_relay_ip, 1)}
    return devices | {f"http-{name}": "http_load" for name in settings.http_loads}


def _pace(name: str, kind: str, settings: Settings) -> Pace:
    if kind == "foreman":
        one = settings.foreman
        interval_s = 1.06 / one.calls_per_second
        return Pace(interval_s, _FOREMAN_IN_FLIGHT, one.confirm_seconds, retry_s=10.0, effect_s=one.sleep_seconds)
    if kind == "snmp_pdu":
        return Pace(settings.pdu.outlet_interval_seconds, 1, settings.pdu.settle_seconds, effect_s=settings.pdu.settle_seconds)
    if kind == "modbus_fans":
        return Pace(0.05, 1, 2 * settings.fans.poll_seconds, retry_s=1.0)
    section = settings.http_loads[name.removeprefix("http-")]
    return Pace(0.0, _HTTP_IN_FLIGHT, section.confirm_seconds, effect_s=section.sleep_seconds)


def _lost_after_s(kind: str, settings: Settings) -> float:
    return 60.0 * (settings.foreman.lost_minutes if kind == "foreman" else settings.pdu.lost_minutes)
