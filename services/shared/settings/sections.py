"""Every key of the operator's file, by section: default, unit, limits and the line that explains it in the example.

A section class may stand several times in the file as `[SIGNAL name]`; the plain `[SIGNAL]` is the one named `utility`.
"""

# ruff: noqa: PLC0414  the sections of telling.py and backing.py are sections too

from typing import ClassVar, Literal

from services.shared.settings.backing import Backup as Backup
from services.shared.settings.section import Section as Section
from services.shared.settings.telling import AlarmChoice as AlarmChoice
from services.shared.settings.telling import Annunciator as Annunciator
from services.shared.settings.telling import Notifications as Notifications
from services.shared.settings.telling import Person as Person
from services.shared.settings.telling import Watcher as Watcher
from services.shared.settings.types import (
    Addresses,
    Pairs,
    Secret,
    Vocabulary,
    Words,
    YesNo,
    key,
)
from services.shared.settings.urls import Url, UrlTemplate
from services.shared.vocabulary import Control, OnLoss


class General(Section):
    TITLE: ClassVar[str] = "GENERAL"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = "The site as a whole."
    loop_interval_minutes: float = key(
        2, "how often a full state row is recorded and everything is re-checked", "min", gt=0, le=60
    )
    max_temp_celsius: float = key(35, "alarm, and all fans on", "C", ge=0, le=80)
    min_temp_celsius: float = key(10, "alarm, and the fan minimum only", "C", ge=-40, le=40)
    max_humidity: float = key(80, "alarm above it", "%RH", ge=0, le=100)
    site: str = key("mine", "the site's name in every topic", "a-z 0-9 _ -", pattern=r"^[a-z0-9_-]+$")
    control: Control = key(Control.OBSERVE, "observe decides and shows but sends nothing; armed acts")
    timezone: str = key("America/Chicago", "for the contract's and the page's times; the records are in UTC")
    clock_trusted: Literal["auto", "yes", "no"] = key("auto", "auto asks the kernel whether the clock is synchronised")
    demo: YesNo = key(False, "yes only for the simulated site: milder debug values and plain http to Foreman are accepted")


class Apis(Section):
    TITLE: ClassVar[str] = "APIS"
    ABOUT: ClassVar[str] = "Where the devices are: host or host:port, several separated by commas. Empty: not there."
    cornbelt_url: Url = key("", "the utility's power-signal page")
    roomalert_ip: Addresses = key((), "Room Alert units, port 80 unless named")
    iotawatt_ip: Addresses = key((), "IoTaWatt energy monitors, port 80 unless named")
    foreman_api: str = key("", "https://api.foreman.mn ; the old http://foreman.mn/api is understood")
    pdu_ip: Addresses = key((), "SNMP PDUs, port 161 unless named; the first is pdu-1")
    fan_relay_ip: Addresses = key((), "Modbus TCP relay boards, port 502 unless named; the first is relay-1")


class SignalSource(Section):
    TITLE: ClassVar[str] = "SIGNAL"
    NAMED: ClassVar[bool] = True
    IS_A_DEVICE: ClassVar[bool] = True
    FIELD: ClassVar[str] = "signals"
    ABOUT: ClassVar[str] = "A power signal. [SIGNAL] is the utility's page at cornbelt_url; [SIGNAL name] adds another source."
    kind: Literal["http", "mqtt"] = key("http", "http polls a page, mqtt listens on the broker")
    url: Url = key("", "http: the page; empty in [SIGNAL]: cornbelt_url")
    poll_seconds: float = key(60, "http: how often", "s", ge=0.1, le=3600)
    timeout_seconds: float = key(15, "http: deadline of one poll", "s", gt=0, le=120)
    user_agent: str = key("bitcoin-mine-control/1", "http: how we call ourselves")
    topic: str = key("", "mqtt: the topic; + and # are allowed")
    form: Literal["css", "json", "regex", "text", "rss", "target"] = key(
        "text",
        'how the value is found: css, json, regex, text (the whole answer), rss, target ({"target":0|100,"timestamp":...})',
    )
    path: str = key("", "css: the selector; json: a path such as data.signals[0].level; regex: with one group")
    attribute: str = key("text", "css: text, class, src, alt or any attribute of the element")
    pattern: str = key("", "a regular expression with one group, applied to the text found")
    must_contain: str = key("", "the page must contain this text, else the signal is unknown")
    must_not_contain: Words = key(
        ("Just a moment", "Log in", "maintenance"),
        "the page must contain none of these, else the signal is unknown; none: no such text",
        clearable=True,
    )
    vocabulary: Vocabulary = key(
        (
            ("normal", "normal"), ("green", "normal"), ("unlikely", "normal"), ("off-control", "normal"), ("no control", "normal"),
            ("restored", "normal"), ("no alerts", "normal"), ("watch", "watch"), ("possible", "watch"), ("elevated", "watch"),
            ("yellow", "watch"), ("advisory", "watch"), ("alert", "alert"), ("likely", "alert"), ("scheduled", "alert"),
            ("peak alert", "alert"), ("warning", "alert"), ("control", "control"), ("controlling", "control"),
            ("curtail", "control"), ("interrupt", "control"), ("in progress", "control"), ("full load control", "control"),
            ("peak", "control"), ("on-peak", "control"), ("red", "control"), ("critical", "emergency"),
            ("emergency", "emergency"), ("eea3", "emergency"), ("shed", "emergency"),
        ),
        "word or number or range = level; the whole text found must match; anything unmatched is unknown, never normal "
        "(0 = normal, 1 = watch, 2..9 = control, no control = normal)",
    )  # fmt: skip
    target_path: str = key("", "css or json: where a target in kW stands (drop to)", "kW")
    drop_path: str = key("", "css or json: where a drop in kW stands (drop by, from the load measured when it was asked)", "kW")
    from_path: str = key(
        "", "css or json: where the begin of a planned event stands, ISO 8601 or Unix seconds; until then it is an alert"
    )
    until_path: str = key("", "css or json: where its end stands")
    event_path: str = key("", "css or json: where the event's own name stands")
    as_of_path: str = key("", "css or json: where the page's own time stands")
    as_of_format: str = key("", "its strptime format in the site's time zone; empty: ISO 8601 or Unix seconds")
    max_age_minutes: float = key(15, "older than this by the page's own time is unknown", "min", gt=0)
    heartbeat_minutes: float = key(15, "lost when no level was matched for so long", "min", gt=0, le=1440)
    on_loss: OnLoss | None = key(None, "curtail, hold or run; empty: signal_on_loss of [POWER]")


class Power(Section):
    TITLE: ClassVar[str] = "POWER"
    ABOUT: ClassVar[str] = "Curtailing and restoring."
    curtail_to_kw: float = key(0, "what may stay on under control when the signal names no target", "kW", ge=0)
    signal_on_loss: OnLoss = key(OnLoss.CURTAIL, "what the loss of a signal leads to: curtail, hold or run")
    hard_cut_on_loss: YesNo = key(False, "may outlets open under load when a signal is only lost")
    pdu_on_curtail: Literal["fallback", "always", "never"] = key(
        "fallback", "when outlets open: only where sleep failed, always, never"
    )
    response_deadline_minutes: float = key(
        10, "the contract's: the soft wait of a utility control before outlets open", "min", gt=0, le=120
    )
    thermal_soft_wait_seconds: float = key(60, "the soft wait of a thermal trip", "s", ge=0, le=600)
    release_seconds: float = key(120, "a release must stand so long before load returns", "s", ge=0, le=3600)
    restore_step_percent: float = key(10, "of the site's kW that returns in one stage", "%", gt=0, le=100)
    restore_step_seconds: float = key(30, "between two stages", "s", gt=0, le=3600)
    restore_jitter_seconds: float = key(
        5, "each stage waits up to so much longer, so that sites do not return in step", "s", ge=0, le=600
    )
    returns_per_hour: int = key(
        6, "load that came back so often within an hour rests for eight times the release; 0: never", ge=0, le=60
    )
    interval_minutes: float = key(
        15,
        "the settlement interval: in an event more is shed in time for each of them to stay within the target; 0: no guard",
        "min",
        ge=0,
        le=60,
    )
    contact_lost_minutes: float = key(
        15, "a utility's dry contact that nothing reads for so long is a lost signal", "min", gt=0, le=1440
    )
    start_grace_seconds: float = key(90, "after a start nothing is raised for so long: airflow first", "s", ge=0, le=600)
    asleep_watts: float = key(200, "a load that draws less is off", "W", gt=0)
    meter_tolerance_percent: float = key(3, "of the site's kW: how near to the target the meter must be", "%", ge=0, le=20)
    meter_max_age_seconds: float = key(60, "older watts prove nothing", "s", gt=0, le=600)
    site_limit_kw: float = key(0, "breaker or contract limit of the whole site; 0: none", "kW", ge=0)


class Meter(Section):
    TITLE: ClassVar[str] = "METER"
    ABOUT: ClassVar[str] = "What proves the site's kW."
    site_meter: str = key("", "device/quantity of a reading, such as iotawatt-1/site_total; pdu: the sum of the PDUs; empty: pdu")
    base_kw: float = key(0, "what the meter shows beside the loads: fans, lights", "kW", ge=0)


class Temperature(Section):
    TITLE: ClassVar[str] = "TEMPERATURE"
    ABOUT: ClassVar[str] = "What the sensors mean. A sensor is named device/quantity, such as roomalert-1/sensor-1."
    shed_celsius: float = key(38, "shed in stages", "C", ge=0, le=90)
    emergency_celsius: float = key(40, "trip, latched, on two consecutive polls or two sensors", "C", ge=0, le=95)
    single_sensor_margin_celsius: float = key(1, "a zone with one sensor left is judged so much tighter", "C", ge=0, le=10)
    lost_minutes: float = key(
        10, "all temperatures of a zone lost for so long: its miners shut down in stages", "min", gt=0, le=120
    )
    stale_seconds: float = key(120, "an older temperature is stale", "s", gt=0, le=3600)
    roles: Pairs = key((), "sensor = intake, exhaust or other; a sensor without a role counts as intake")
    zones: Pairs = key((), "sensor = zone; a sensor without a zone is in the zone main")
    switches: Pairs = key(
        (),
        "switch = utility, door, flood, smoke or other; utility is active when open (a cut wire curtails), the others when closed; a trailing ! reverses it",
    )
    poll_seconds: float = key(15, "Room Alert: how often", "s", ge=0.2, le=300)
    timeout_seconds: float = key(5, "Room Alert: deadline of one poll", "s", gt=0, le=60)
    path: str = key("", "Room Alert: a path of its own, tried after /getData.json and /getData.htm")


class MqttSensor(Section):
    TITLE: ClassVar[str] = "MQTT_SENSOR"
    NAMED: ClassVar[bool] = True
    IS_A_DEVICE: ClassVar[bool] = True
    FIELD: ClassVar[str] = "mqtt_sensors"
    ABOUT: ClassVar[str] = (
        "Sensors that other programs publish: [MQTT_SENSOR name]. + in the topic makes one sensor per match, named by what + matched (without +: by the topic's last level), such as meter/main."
    )
    topic: str = key("", "such as site/+/temperature")
    path: str = key("", "a JSON path; empty: the payload is the value")
    unit: str = key("Cel", "Cel, F, %RH, W, kW, V")
    heartbeat_seconds: float = key(120, "how often it publishes at least", "s", gt=0, le=86400)


class Iotawatt(Section):
    TITLE: ClassVar[str] = "IOTAWATT"
    ABOUT: ClassVar[str] = "The energy monitor that proves the fans."
    poll_seconds: float = key(5, "how often", "s", ge=0.2, le=300)
    timeout_seconds: float = key(10, "deadline of one poll", "s", gt=0, le=60)
    nominal_volts: float = key(120, "outside 20 % of it all watts are unusable", "V", gt=0)
    username: str = key("", "if the device asks for one")
    password: Secret = key(Secret(""), "its password")


class Fans(Section):
    TITLE: ClassVar[str] = "FANS"
    ABOUT: ClassVar[str] = "One to nine fans on relays. Without wiring they are read, never switched."
    count: int = key(9, "how many", ge=0, le=9)
    wiring: Words = key((), "nc or no for all, or one per fan, or empty (read-only)")
    channels: Words = key((), "relay/channel per fan, such as relay-1/1; empty: fan 1 is relay-1/1 and so on")
    zones: Words = key((), "the zone whose air each fan moves, one per fan; empty: all fans share the building's air")
    series: Words = key((), "IoTaWatt series per fan; empty: fan_1, fan_2 and so on")
    unit_id: int = key(1, "Modbus unit of the boards", ge=0, le=247)
    poll_seconds: float = key(5, "read-back", "s", ge=0.2, le=60)
    lease_seconds: float = key(120, "off is a lease in the relay; fan n gets 10 s more per channel", "s", ge=10, le=3000)
    start_spacing_seconds: float = key(8, "between two starts", "s", ge=0, le=60)
    min_on_seconds: float = key(
        300, "dwell: a fan that started runs at least so long, so that a contactor sees few starts an hour", "s", ge=0, le=3600
    )
    min_off_seconds: float = key(120, "dwell", "s", ge=0, le=3600)
    stage_start_celsius: float = key(
        22, "one fan below it while any load is on; all fans at max_temp_celsius", "C", ge=-20, le=60
    )
    hysteresis_celsius: float = key(1, "a stage is left only so far below", "C", ge=0, le=10)
    lag_seconds: float = key(300, "fans stay as they are so long after load came off", "s", ge=0, le=3600)
    min_watts: float = key(150, "a fan that draws less does not run, until its own watts are learnt", "W", gt=0)
    spin_up_seconds: float = key(30, "low watts for so long disprove a fan", "s", gt=0, le=300)
    watts_max_age_seconds: float = key(60, "older watts leave a fan unproven", "s", gt=0, le=600)
    proof: Literal["watts", "relay"] = key(
        "watts", "watts: the energy monitor proves a fan; relay: its relay's word is enough (weaker)"
    )
    on_smoke: Literal["", "on", "off"] = key("", "what the fans do on smoke; empty: as they are, and the check says so")


class Foreman(Section):
    TITLE: ClassVar[str] = "FOREMAN"
    ABOUT: ClassVar[str] = "Foreman.mn. Without a key the miners are watched by their watts alone and sleep is not available."
    api_key: Secret = key(Secret(""), "the API key; also MINE_FOREMAN_API_KEY_FILE")
    client_id: int = key(0, "the number beside the key", ge=0)
    calls_per_second: float = key(1.0, "per endpoint template, Foreman's own limit", "1/s", gt=0, le=1000)
    poll_seconds: float = key(15, "the fleet, by pages", "s", ge=0.2, le=600)
    page_size: int = key(500, "miners a page", ge=1, le=500)
    timeout_seconds: float = key(30, "deadline of one call", "s", gt=0, le=120)
    lost_minutes: float = key(5, "unreachable for so long: alarm, and the PDU path under a positive control", "min", gt=0, le=60)
    confirm_seconds: float = key(300, "a command that changed nothing by then failed", "s", gt=0, le=3600)
    sleep_seconds: float = key(
        60, "a miner's usual time from the call until its watts have fallen; for plans only", "s", ge=0, le=3600
    )
    hashing_states: Words = key(("mining", "hashing", "online"), "the state words that mean the miner works")
    asleep_states: Words = key(("sleeping", "asleep", "idle", "sleep"), "the state words that mean it sleeps")


class Pdu(Section):
    TITLE: ClassVar[str] = "PDU"
    ABOUT: ClassVar[str] = "SNMP PDUs. An outlet that loads.csv does not list is never switched."
    profile: Literal["apc_rpdu2", "apc_rpdu", "raritan", "sentry4", "geist", "cyberpower"] = key(
        "apc_rpdu2", "the OID table: apc_rpdu2, apc_rpdu, raritan, sentry4, geist, cyberpower"
    )
    community_read: Secret = key(Secret("public"), "SNMP community for reading")
    community_write: Secret = key(Secret("private"), "SNMP community for switching")
    snmp_version: Literal["1", "2c"] = key("2c", "1 or 2c")
    poll_seconds: float = key(5, "how often", "s", ge=0.2, le=300)
    timeout_seconds: float = key(2, "deadline of one request, then two more tries", "s", gt=0, le=30)
    outlet_interval_seconds: float = key(0.5, "between two outlets of one PDU", "s", ge=0, le=60)
    settle_seconds: float = key(10, "an outlet's state may lag so long behind the command", "s", gt=0, le=120)
    lost_minutes: float = key(2, "unreachable for so long: alarm; its load counts as still on", "min", gt=0, le=60)


class HttpLoads(Section):
    TITLE: ClassVar[str] = "HTTP_LOADS"
    NAMED: ClassVar[bool] = True
    IS_A_DEVICE: ClassVar[bool] = True
    ABOUT: ClassVar[str] = "Loads switched by plain HTTP: rows of kind http in loads.csv, or a range here."
    url: UrlTemplate = key("", "{address} and {name} are filled from loads.csv or the range")
    range: str = key("", "such as 10.0.0.1-10.0.0.36:8080 or 127.0.0.1:9001-9036; empty: the rows of loads.csv")
    kw: float = key(3.3, "of each load of the range", "kW", ge=0)
    zone: str = key("main", "of each load of the range")
    priority: int = key(5, "of each load of the range; 1 is shed last", ge=1, le=9)
    method: Literal["GET", "POST", "PUT"] = key("POST", "for the command")
    sleep_path: str = key("/sleep", "added to url")
    wake_path: str = key("/wake", "added to url")
    sleep_body: str = key('{"mode":"sleep"}', "body of the command; none: empty", clearable=True)
    wake_body: str = key('{"mode":"normal"}', "body of the command; none: empty", clearable=True)
    content_type: str = key("application/json", "of the body")
    header: str = key("", "one header, Name: value; {secret} is filled")
    secret: Secret = key(Secret(""), "fills {secret} in header")
    read_path: str = key("/status", "read-back by GET; none: there is none", clearable=True)
    state_path: str = key("state", "JSON path of the state in the read-back")
    watts_path: str = key("", "JSON path of the watts in the read-back, if it measures", "W")
    hashing_states: Words = key(("normal", "mining", "hashing", "on"), "the state words that mean it works")
    asleep_states: Words = key(("sleep", "sleeping", "asleep", "off"), "the state words that mean it sleeps")
    poll_seconds: float = key(5, "read-back", "s", ge=0.2, le=600)
    timeout_seconds: float = key(5, "deadline of one call", "s", gt=0, le=60)
    confirm_seconds: float = key(60, "a command that changed nothing by then failed", "s", gt=0, le=3600)
    sleep_seconds: float = key(
        30, "a load's usual time from the call until its watts have fallen; for plans only", "s", ge=0, le=3600
    )


class Feeder(Section):
    TITLE: ClassVar[str] = "FEEDER"
    NAMED: ClassVar[bool] = True
    FIELD: ClassVar[str] = "feeders"
    ABOUT: ClassVar[str] = "A breaker or feeder: [FEEDER name]. Its loads together never get more; a PDU's breaker is one."
    limit_kw: float = key(0, "the most that may flow", "kW", gt=0)
    members: Words = key((), "PDUs (pdu-1), load groups and zones behind it, separated by commas")


class Schedule(Section):
    TITLE: ClassVar[str] = "SCHEDULE"
    NAMED: ClassVar[bool] = True
    FIELD: ClassVar[str] = "schedules"
    ABOUT: ClassVar[str] = "Control hours known in advance: [SCHEDULE name], in the time zone of [GENERAL]."
    days: Words = key(("mon", "tue", "wed", "thu", "fri"), "mon, tue, wed, thu, fri, sat, sun")
    begins: str = key("", "such as 14:00", "00:00 to 23:59", pattern=r"^(|([01]?[0-9]|2[0-3]):[0-5][0-9])$")
    ends: str = key(
        "",
        "such as 19:00; a time before `begins` lies on the next day",
        "00:00 to 23:59",
        pattern=r"^(|([01]?[0-9]|2[0-3]):[0-5][0-9])$",
    )
    kw: float = key(0, "what may stay on", "kW", ge=0)


class Broker(Section):
    TITLE: ClassVar[str] = "BROKER"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = "The MQTT broker between the services."
    host: str = key("127.0.0.1", "host name or address")
    port: int = key(1883, "TCP port", ge=1, le=65535)
    user: str = key("", "empty: the service's own name when a password is set")
    password: Secret = key(Secret(""), "also MINE_BROKER_PASSWORD_FILE")
    tls: YesNo = key(
        False, "speak TLS with the broker; needed where it is not on this computer or in its containers' own network"
    )
    ca_file: str = key("", "PEM file of who signed the broker's certificate; empty: those that the system trusts")


class Data(Section):
    TITLE: ClassVar[str] = "DATA"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = "Where records are kept."
    folder: str = key("data", "for ledger.db, alerts.db and mine_data.db")
    logs: str = key("logs", "for the rotated log file; none: there is none", clearable=True)
    loads_file: str = key("loads.csv", "the table of loads, beside this file; see loads.example.csv")


class History(Section):
    TITLE: ClassVar[str] = "HISTORY"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = (
        "How long mine_data.db keeps what. Events, commands and alarms are given up last of all, the audit never."
    )
    reading_days: float = key(14, "every single reading", "d", ge=1, le=3650)
    minute_days: float = key(90, "mean, lowest and highest of each minute", "d", ge=1, le=3650)
    quarter_days: float = key(730, "of each quarter of an hour", "d", ge=1, le=36500)
    hour_days: float = key(3650, "of each hour", "d", ge=1, le=36500)
    state_days: float = key(730, "rows of mine_states", "d", ge=1, le=36500)
    event_days: float = key(3650, "events, commands and alarms; the audit is never deleted", "d", ge=30, le=36500)
    min_free_mb: float = key(500, "with less free space on the card old readings go first, before anything else", "MB", ge=0)


class Api(Section):
    TITLE: ClassVar[str] = "API"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = "The page and the API, and the debug listener, which stays on loopback."
    host: str = key("0.0.0.0", "of the page and the API")  # noqa: S104 - the LAN page is what this listener is for
    port: int = key(8000, "of the page and the API", ge=1, le=65535)
    debug_host: str = key("127.0.0.1", "of /debug.html and /api/debug/*")
    debug_port: int = key(5000, "of /debug.html and /api/debug/*", ge=1, le=65535)
    debug_networks: Words = key(("127.0.0.0/8", "::1/128"), "who may use the debug listener, without login")
    view: Literal["free", "login"] = key(
        "free", "who may look at the page: free, anybody who reaches it; login, known people only"
    )
    critical_networks: Words = key(
        ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"),
        "from where an operator may ask for something, login or token besides",
    )
    session_hours: float = key(12, "so long a login lasts", "h", gt=0, le=720)
    access_file: str = key("data/secrets/access.json", "people and tokens, hashed; made by mine setup, changed by mine access")
    tls: YesNo = key(False, "HTTPS on the page's listener, with the certificate below or one of our own making")
    tls_certificate: str = key("", "PEM file of the certificate chain; empty: access_file's folder, tls.crt, made by mine setup")
    tls_key: str = key("", "PEM file of its key; empty: tls.key beside it")


class Ops(Section):
    TITLE: ClassVar[str] = "OPS"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = "The small inner app of each service: health, readiness, metrics; the controller's takes the stop."
    host: str = key("127.0.0.1", "where it listens")
    collector_port: int = key(8101, "TCP port", ge=1, le=65535)
    controller_port: int = key(8102, "TCP port", ge=1, le=65535)
    notifier_port: int = key(8103, "TCP port", ge=1, le=65535)
    api_port: int = key(8104, "TCP port", ge=1, le=65535)
    collector_host: str = key("127.0.0.1", "where the api finds the collector's metrics")
    controller_host: str = key("127.0.0.1", "where the api finds the controller's metrics, and its stop when the broker is dead")
    notifier_host: str = key("127.0.0.1", "where the api finds the notifier's metrics")
    token: Secret = key(Secret(""), "asked of an emergency stop from elsewhere than loopback; also MINE_OPS_TOKEN_FILE")


class Simulator(Section):
    TITLE: ClassVar[str] = "SIMULATOR"
    OF_A_SITE: ClassVar[bool] = False
    ABOUT: ClassVar[str] = "The simulated site, for make run and make demo."
    host: str = key("127.0.0.1", "where its devices listen")
    base_port: int = key(18000, "first of its ports; 0: free ones, named by the control port's /ports", ge=0, le=65000)
    control_port: int = key(17999, "its HTTP control port", ge=0, le=65535)
    miners: int = key(300, "how many", ge=1, le=1000)
    speed: float = key(1, "how much faster than life the plant moves", ge=0.1, le=1000)
    seed: int = key(1, "of its random choices")


ALL: tuple[type[Section], ...] = (
    General, Apis, Notifications, Person, AlarmChoice, Annunciator, Watcher, SignalSource, Power, Meter, Temperature, MqttSensor, Iotawatt, Fans, Foreman, Pdu, HttpLoads,
    Feeder, Schedule, Broker, Data, History, Backup, Api, Ops, Simulator,
)  # fmt: skip
