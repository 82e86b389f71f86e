"""From the operator's settings to the limits of the core: the one place where keys become units of the core."""

from services.controller.core.plant import Fan, Limits, Load, Pace, Source
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import LoadKind

_LEASE_STEP_S = 10.0  # lease lengths differ by fan, so that a dead controller's fans come back one after the other
_HTTP_IN_FLIGHT = 400
_FOREMAN_IN_FLIGHT = 40  # its answers may take 20 s and more at one call a second


def limits_from(settings: Settings) -> Limits:
    """Everything configured, as the core wants it."""
    power, fans, heat, general = settings.power, settings.fans, settings.temperature, settings.general
    loads = tuple(_load(row, settings) for row in settings.loads)
    nominal_kw = sum(load.kw for load in loads)
    devices = acting_devices(settings)
    return Limits(
        control=general.control,
        demo=general.demo,
        loads=loads,
        fans=_fans(settings),
        sources=tuple(
            Source(name, one.heartbeat_minutes * 60, one.on_loss or power.signal_on_loss)
            for name, one in settings.signals.items()
        ),
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
        zones=_zones(settings),
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
        keep_order=_keep_order(loads),
    )


def acting_devices(settings: Settings) -> dict[str, str]:
    """The acting devices by name, with their kind, that the settings give an address and what else they need."""
    devices: dict[str, str] = {}
    if foreman_is_set_up(settings):
        devices["foreman"] = "foreman"
    devices |= {f"pdu-{n}": "snmp_pdu" for n, _ in enumerate(settings.apis.pdu_ip, 1)}
    devices |= {f"relay-{n}": "modbus_fans" for n, _ in enumerate(settings.apis.fan_relay_ip, 1)}
    return devices | {f"http-{name}": "http_load" for name in settings.http_loads}


def foreman_is_set_up(settings: Settings) -> bool:
    """Foreman needs its address, a key and a client id."""
    return bool(settings.apis.foreman_api and settings.foreman.api_key.get_secret_value() and settings.foreman.client_id)


def _load(row: LoadRow, settings: Settings) -> Load:
    soft = {
        LoadKind.FOREMAN: "foreman" if foreman_is_set_up(settings) and row.foreman_id is not None else "",
        LoadKind.HTTP: f"http-{row.section}",
        LoadKind.OUTLET: "",
    }[row.kind]
    return Load(
        row.name, row.kind, row.group, row.zone, row.kw, row.priority, row.efficiency_j_th,
        soft, row.pdu, row.outlet, row.protected,
    )  # fmt: skip


def fan_channels(settings: Settings) -> tuple[tuple[str, int], ...]:
    """Board and channel (from 1) of each fan; by default fan n is channel n of the first board."""
    if not settings.fans.channels:
        return tuple(("relay-1", number) for number in range(1, settings.fans.count + 1))
    pairs = [text.partition("/") for text in settings.fans.channels]
    return tuple((board, int(channel)) for board, _, channel in pairs)


def _fans(settings: Settings) -> tuple[Fan, ...]:
    """A site that names neither relays nor an energy monitor has no fans that we could know of."""
    if not settings.apis.fan_relay_ip and not settings.apis.iotawatt_ip:
        return ()
    wiring = settings.fans.wiring
    wired_to = wiring * settings.fans.count if len(wiring) == 1 else wiring
    return tuple(
        Fan(
            number=number,
            device=board,
            wired=bool(settings.apis.fan_relay_ip) and len(wired_to) >= number and wired_to[number - 1] in ("nc", "no"),
            lease_s=settings.fans.lease_seconds + _LEASE_STEP_S * number,
        )
        for number, (board, _) in enumerate(fan_channels(settings), 1)
    )


def _zones(settings: Settings) -> frozenset[str]:
    if not settings.apis.roomalert_ip and not settings.mqtt_sensors:
        return frozenset()
    return frozenset({"main"} | {zone for _, zone in settings.temperature.zones})


def _pace(name: str, kind: str, settings: Settings) -> Pace:
    if kind == "foreman":
        interval_s = 1.06 / settings.foreman.calls_per_second
        return Pace(interval_s, _FOREMAN_IN_FLIGHT, settings.foreman.confirm_seconds, retry_s=10.0)
    if kind == "snmp_pdu":
        return Pace(settings.pdu.outlet_interval_seconds, 1, settings.pdu.settle_seconds)
    if kind == "modbus_fans":
        return Pace(0.05, 1, 2 * settings.fans.poll_seconds, retry_s=1.0)
    section = settings.http_loads[name.removeprefix("http-")]
    return Pace(0.0, _HTTP_IN_FLIGHT, section.confirm_seconds)


def _lost_after_s(kind: str, settings: Settings) -> float:
    return 60.0 * (settings.foreman.lost_minutes if kind == "foreman" else settings.pdu.lost_minutes)


def _keep_order(loads: tuple[Load, ...]) -> tuple[int, ...]:
    def rank(index: int) -> tuple[int, float, str]:
        load = loads[index]
        return load.priority, load.efficiency_j_th if load.efficiency_j_th is not None else float("inf"), load.name

    return tuple(sorted(range(len(loads)), key=rank))
