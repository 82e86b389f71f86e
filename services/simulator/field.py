"""The fake devices of the simulated site, made from its settings: the explicit list of what it plays."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.shared.settings.tree import Settings
from services.simulator.devices.foreman import FakeForeman
from services.simulator.devices.healthchecks_sink import HealthchecksSink
from services.simulator.devices.http_load import HttpLoadServer
from services.simulator.devices.iotawatt import FakeIotaWatt
from services.simulator.devices.modbus_relay import FakeModbusRelay
from services.simulator.devices.room_alert import FakeRoomAlert
from services.simulator.devices.signal_page import SignalPage
from services.simulator.devices.sms_sink import SmsSink
from services.simulator.devices.smtp_sink import SmtpSink
from services.simulator.devices.snmp_pdu import FakeSnmpPdu
from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.devices.webhook_sink import WebhookSink
from services.simulator.own_time import in_own_time
from services.simulator.plant import Plant
from services.simulator.site import Faults
from services.simulator.wiring import CHANNELS

_LATE_S = 0.3  # this process reckons a whole plant: calls that left in time are met together when it was busy


class Device(Protocol):
    """What every fake device can do."""

    async def start(self, host: str, port: int) -> int:
        """Listen; port 0 takes a free one. Returns the port."""
        ...

    async def stop(self) -> None:
        """Stop listening; may be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where messages to people end."""

    telegram: TelegramSink
    smtp: SmtpSink
    sms: SmsSink
    watcher: HealthchecksSink
    webhook: WebhookSink


def sinks(settings: Settings, faults: Faults) -> Sinks:
    """They know the credentials of the settings and no others."""
    ours = settings.notifications
    return Sinks(
        TelegramSink(faults, token=ours.telegram_token.get_secret_value(), chats=[ours.telegram_chat_id]),
        SmtpSink(
            faults,
            user=ours.email_username,
            password=ours.email_password.get_secret_value(),
            ca_file=Path(ours.email_ca_file) if ours.email_ca_file else None,
        ),
        SmsSink(faults, account=ours.sms_account, token=ours.sms_api_key.get_secret_value()),
        HealthchecksSink(faults, uuid=ours.heartbeat_url.get_secret_value().rpartition("/")[2]),
        WebhookSink(faults, secret=ours.webhook_secret.get_secret_value()),
    )


def devices(settings: Settings, plant: Plant, faults: Faults, signal: SignalPage, people: Sinks) -> dict[str, Device]:
    """All of them, by their names on the bus."""
    found: dict[str, Device] = {
        "signal": signal,
        "roomalert-1": FakeRoomAlert(plant, faults, "roomalert-1"),
        "iotawatt-1": FakeIotaWatt(plant, faults, "iotawatt-1", settings.iotawatt.password.get_secret_value()),
        "foreman": _foreman(settings, plant, faults),
        "smtp": people.smtp,
        "telegram": people.telegram,
        "sms": people.sms,
        "watcher": people.watcher,
        "webhook": people.webhook,
    }
    for board in plant.wiring.boards():
        found[board] = FakeModbusRelay(in_own_time(plant), faults, board, channels=CHANNELS, unit=settings.fans.unit_id)
    for pdu in plant.pdus:
        found[pdu] = _pdu(settings, plant, faults, pdu)
    for section in settings.http_loads:
        found[f"http-{section}"] = _http_loads(settings, plant, faults, section)
    return found


def _foreman(settings: Settings, plant: Plant, faults: Faults) -> FakeForeman:
    ours = settings.foreman
    return FakeForeman(
        plant,
        faults,
        "foreman",
        api_key=ours.api_key.get_secret_value(),
        client_id=ours.client_id,
        calls_per_second=ours.calls_per_second,
        late_s=_LATE_S,
        seed=settings.simulator.seed,
    )


def _pdu(settings: Settings, plant: Plant, faults: Faults, name: str) -> FakeSnmpPdu:
    ours = settings.pdu
    return FakeSnmpPdu(
        plant,
        faults,
        name,
        profile=ours.profile,
        community_read=ours.community_read.get_secret_value(),
        community_write=ours.community_write.get_secret_value(),
    )


def _http_loads(settings: Settings, plant: Plant, faults: Faults, section: str) -> HttpLoadServer:
    rows = [row for row in settings.loads if row.section == section]
    first_port = int(rows[0].address.rpartition(":")[2] or 0) if rows else 0
    miners = [miner.name for miner in plant.miners()][: len(rows)]
    return HttpLoadServer(plant, faults, f"http-{section}", miners, first_port)
