"""What is not set up yet, in plain sentences for the check, the status and the page. Nothing here is a failure."""

from collections.abc import Iterator
from pathlib import Path

from services.shared import restored
from services.shared.settings import last_good
from services.shared.settings.sections import Notifications
from services.shared.settings.sensing import has_temperatures
from services.shared.settings.tree import Settings
from services.shared.settings.watcher import is_watcher, not_listening
from services.shared.vocabulary import Control

NO_SENSORS = "No temperature sensors"
UNTIL_ARMED = ": nothing is switched, whatever control says, until `mine arm` and then a restart of the controller."
"""How the line ends that tells of a restore, until somebody arms."""
ONCE_ARMED = ": it was armed since, and nothing is switched until a restart of the controller."
"""How that line ends from the arming on: the controller, which alone sees the ledger's folder, says it to all."""
_WAYS = 3
"""Telegram, e-mail and SMS are told when they are off; a webhook is only one more."""


def missing(settings: Settings) -> tuple[str, ...]:
    """One sentence for each thing that is not set up and what follows from it. A second machine has no plant to set up."""
    if is_watcher(settings):
        return (*not_listening(settings), *_nobody(settings.notifications), *_people(settings))
    return (*_site(settings), *_acting(settings), *_sensing(settings), *_people(settings), *_backups(settings))


def _site(settings: Settings) -> Iterator[str]:
    if settings.kept_at is not None and settings.file is not None:
        kept = last_good.told(settings.kept_at, settings.general.timezone)
        yield f"{settings.file.name} had mistakes at the start: {kept}, is in force. What is mended counts after a restart."
    if (why := restored.why(Path(settings.data.folder))) is not None:
        yield f"{why[:1].upper()}{why[1:]}{UNTIL_ARMED}"
    elif settings.general.control is Control.OBSERVE:
        beside = " but the annunciator" if settings.annunciator.board else ""
        yield f"control = observe: decisions are shown and nothing is switched{beside}."
    if not settings.signals:
        yield "No power signal: cornbelt_url is empty and no [SIGNAL] is there; load is never curtailed by the utility."
    if not settings.loads:
        yield f"No loads: {settings.data.loads_file} is empty or absent; nothing can be switched off."
    if not settings.meter.site_meter and not settings.apis.pdu_ip:
        yield "No meter: site_meter and pdu_ip are empty; a curtailment cannot be proven."


def _acting(settings: Settings) -> Iterator[str]:
    apis, fans = settings.apis, settings.fans
    if not apis.foreman_api:
        yield "No Foreman: foreman_api is empty."
    elif not settings.foreman.api_key.get_secret_value() or not settings.foreman.client_id:
        yield "Foreman is not armed: api_key or client_id of [FOREMAN] is empty; miners cannot be put to sleep."
    if not apis.pdu_ip:
        yield "No PDUs: pdu_ip is empty; outlets cannot be opened."
    if not apis.fan_relay_ip:
        yield "No fan relays: fan_relay_ip is empty; fans are not switched."
    elif not fans.wiring:
        yield "The fans are not armed: wiring of [FANS] is empty; they are read and not switched."
    if apis.fan_relay_ip and not fans.on_smoke:
        yield "on_smoke of [FANS] is empty: the fans stay as they are on smoke."


def _sensing(settings: Settings) -> Iterator[str]:
    if not has_temperatures(settings):
        yield f"{NO_SENSORS}: roomalert_ip is empty and no [MQTT_SENSOR] has the unit Cel or F."
    elif not settings.temperature.roles:
        yield "No sensor has a role: every temperature counts as intake; set roles of [TEMPERATURE]."
    if not settings.apis.iotawatt_ip:
        yield "No IoTaWatt: iotawatt_ip is empty; no fan can be proven to run."


def _people(settings: Settings) -> Iterator[str]:
    yield from _off(settings.notifications)
    if not settings.notifications.heartbeat_url.get_secret_value():
        yield "No outside watcher: heartbeat_url is empty; when this computer dies nobody is told."


def _backups(settings: Settings) -> Iterator[str]:
    backup = settings.backup
    if not backup.enabled:
        yield "Backups are off: enabled of [BACKUP] is no."
    elif not (backup.second_folder or backup.remote_command):
        yield "Backups lie on the card alone: second_folder and remote_command of [BACKUP] are empty."


def _nobody(told: Notifications) -> Iterator[str]:
    if not told.webhook_url.get_secret_value() and len(tuple(_off(told))) == _WAYS:
        yield "No channel is set up: nobody is called when the site falls silent."


def _off(told: Notifications) -> Iterator[str]:
    """Each way to people that is off; a webhook only where there is half of one."""
    if not (told.telegram_token.get_secret_value() and told.telegram_chat_id):
        yield "Telegram is off: telegram_token or telegram_chat_id is empty."
    if not (told.email_smtp_server and told.email_recipients and (told.email_from or told.email_username)):
        yield "E-mail is off: email_smtp_server, email_recipients or the sender is empty."
    elif told.email_username and not told.email_password.get_secret_value():
        yield "E-mail is off: email_password is empty."
    if not told.sms_provider:
        yield "SMS is off: sms_provider is empty."
    elif not (told.sms_phone and told.sms_api_key.get_secret_value()):
        yield "SMS is off: sms_phone or sms_api_key is empty."
    if told.webhook_url.get_secret_value() and not told.webhook_secret.get_secret_value():
        yield "The webhook is off: webhook_secret is empty."
