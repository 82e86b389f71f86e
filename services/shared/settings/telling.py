"""The keys of how people are told: the ways, the persons, the single alarms, the lamp on the site, the second machine."""

from typing import ClassVar, Literal

from services.shared.settings.reach import Chat, Header, Mail, MailHost, Mails, Phone, Phones, Sender, SmsBody
from services.shared.settings.section import Section
from services.shared.settings.types import (
    OnCall,
    Secret,
    User,
    Users,
    Ways,
    Weekly,
    YesNo,
    key,
)
from services.shared.settings.urls import CheckUrl, OpenUrl, SecretUrl, Url
from services.shared.vocabulary import Priority


class Notifications(Section):
    TITLE: ClassVar[str] = "NOTIFICATIONS"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = "How people are told. The texts YOUR_... count as not set: the channel is off."
    telegram_token: Secret = key(Secret(""), "the bot's token")
    telegram_chat_id: Chat = key("", "the chat that is told: a number, for a group -100..., or @channelname")
    telegram_users: Users = key(
        (), "the numbers of the Telegram users who may ask and acknowledge, separated by commas; nobody else is answered"
    )
    telegram_api: OpenUrl = key("https://api.telegram.org", "Telegram's address")
    email_smtp_server: MailHost = key("", "the mail server, without a port; STARTTLS is required")
    email_smtp_port: int = key(587, "its port", ge=1, le=65535)
    email_username: str = key("", "also the sender unless email_from is set")
    email_password: Secret = key(Secret(""), "an app password")
    email_from: Sender = key("", "the sender, an address or Name <address>")
    email_recipients: Mails = key((), "addresses, separated by commas")
    email_ca_file: str = key("", "a certificate authority to trust beside the system's")
    sms_provider: Literal["", "twilio", "generic"] = key("", "twilio or generic; empty: SMS cannot send")
    sms_api_key: Secret = key(Secret(""), "twilio: the auth token; generic: fills {key} in the template")
    sms_account: str = key("", "twilio: the account SID; generic: fills {account}")
    sms_from: str = key("", "the sender's number; fills {from}")
    sms_phone: Phones = key((), "the numbers that are told, separated by commas; fills {to}")
    sms_url: SecretUrl = key(Secret(""), "generic: where to POST; twilio: its address if not the usual one")
    sms_body: SmsBody = key("to={to}&from={from}&text={text}", "generic: the body, with {text}; each field is escaped")
    sms_header: Header = key("Authorization: Bearer {key}", "generic: one header, Name: value; none: no header", clearable=True)
    heartbeat_minutes: float = key(60, "the system is alive: silent Telegram, never SMS; 0 turns it off", "min", ge=0, le=1440)
    heartbeat_email: YesNo = key(False, "send the heartbeat by e-mail too")
    webhook_url: SecretUrl = key(Secret(""), "where every message is POSTed as JSON, signed; empty: no webhook")
    webhook_secret: Secret = key(
        Secret(""), "signs each POST (Standard Webhooks: whsec_ and base64, or any text); 16 bytes or more"
    )
    messages_per_10_minutes: int = key(6, "warnings on one channel; what is more comes as one digest", ge=1, le=100)
    escalate_minutes: float = key(
        5,
        "an emergency that nobody acknowledged goes to the next person after so long, again and again",
        "min",
        ge=1,
        le=240,
    )
    acknowledged_hours: float = key(4, "after so long an acknowledged alarm that stands is asked about again", "h", gt=0, le=168)
    channel_test: Weekly = key("mon 10:00", "when every channel is tested with a message each week; none: never", clearable=True)
    report_day: int = key(1, "the day of the month on which the alarms' own report is sent; 0: never", ge=0, le=28)
    heartbeat_url: CheckUrl = key(
        Secret(""), "an outside watcher (healthchecks form) that calls when we fall silent; without it a dead Pi tells nobody"
    )
    heartbeat_url_minutes: float = key(5, "how often it is called, after a self-test", "min", gt=0, le=60)
    retry_seconds: float = key(
        15,
        "first pause before a failed message is tried again; it doubles up to 15 min, for an emergency up to 60 s",
        "s",
        gt=0,
        le=900,
    )


class Person(Section):
    TITLE: ClassVar[str] = "PERSON"
    NAMED: ClassVar[bool] = True
    FIELD: ClassVar[str] = "persons"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = (
        "Somebody who is told beside the addresses of [NOTIFICATIONS]: while on call, and when an emergency escalates."
    )
    telegram: User = key("", "the number of the person's Telegram user, who must have written to the bot once")
    email: Mail = key("", "the person's address")
    phone: Phone = key("", "the person's number")
    on_call: OnCall = key(
        "always", "always, never (only when an emergency escalates), or hours such as mon-fri 07:00-19:00; sat,sun 09:00-12:00"
    )
    order: int = key(1, "who is next when nobody acknowledges: 1 first", ge=1, le=99)


class AlarmChoice(Section):
    TITLE: ClassVar[str] = "ALARM"
    NAMED: ClassVar[bool] = True
    FIELD: ClassVar[str] = "alarms"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = (
        "[ALARM key] changes how an alarm is told; * stands for any end, as in [ALARM device_lost_*]. The keys are in the manual."
    )
    on_delay_seconds: float | None = key(None, "how long the condition stands before it is an alarm", "s", ge=0, le=3600)
    off_delay_seconds: float | None = key(None, "how long it stays away before the alarm has ended", "s", ge=0, le=86400)
    priority: Priority | None = key(None, "high, medium or low")
    channels: Ways = key(
        (), "by which ways (telegram, email, sms, webhook), instead of those of its kind; an emergency always goes by all"
    )


class Annunciator(Section):
    TITLE: ClassVar[str] = "ANNUNCIATOR"
    ABOUT: ClassVar[str] = (
        "A lamp or horn on a relay, for when no provider accepts an emergency; it also works with control = observe."
    )
    board: str = key("", "the relay board, such as relay-1; empty: there is none")
    relay: int = key(8, "which relay; no fan may use it", ge=1, le=32)
    after_minutes: float = key(3, "how long an emergency may wait at every provider", "min", gt=0, le=60)


class Watcher(Section):
    TITLE: ClassVar[str] = "WATCH"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = "For `mine watch` on a second machine, which calls out by its own [NOTIFICATIONS]: what it listens to."
    url: Url = key("", "the site's page, such as https://mine.example:8000; its /health is asked")
    ca_file: str = key("", "the certificate to trust for it")
    broker: YesNo = key(False, "listen to the site's broker at [BROKER] too")
    silence_minutes: float = key(5, "silent for so long is an emergency", "min", gt=0, le=1440)
