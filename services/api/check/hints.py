"""From what a device did to what a person does about it. The first line that fits is told, those of its kind first."""

import re
from collections.abc import Mapping, Sequence

Lines = Sequence[tuple[str, str]]

_LOOK = "open its own page in a browser: is this the device, and is its address right?"
_OF_PAGES: Lines = (
    ("another page", "look at the page: has it changed, or is it a login? then must_contain and must_not_contain of [SIGNAL]"),
    ("not in the vocabulary",
     "if that text is a level, add it to vocabulary of [SIGNAL]; what is not there is unknown, never normal"),
    ("nothing where", "look at the page: where does the level stand now? then path of [SIGNAL]"),
    ("matches|no .* of the path|selector|pattern|has no attribute|at .* stands", "look at the page: where does the level stand "
     "now? then form, path and pattern of [SIGNAL]"),
    ("stale|future|cannot be read", "the page's own time is old or strange: is it kept up? then max_age_minutes and as_of_path"),
    ("HTTP 30|sent elsewhere", "the page moved or wants a login: write the new address into cornbelt_url or url of [SIGNAL]"),
    ("HTTP 40", "the page is not there or not for us: look at cornbelt_url or url of [SIGNAL] in a browser"),
    ("no text but|empty answer", "this is not the utility's page: look at cornbelt_url or url of [SIGNAL] in a browser"),
)  # fmt: skip
_OF_TOPICS: Lines = (("nothing on", "does its program run, and publish there? then the topic and its longest silence"),)
_OF_KIND: Mapping[str, Lines] = {
    "signal_http": _OF_PAGES,
    "signal_mqtt": (*_OF_TOPICS, *_OF_PAGES),
    "mqtt_sensor": (*_OF_TOPICS, ("", "look at what its program publishes: path and unit of [MQTT_SENSOR]")),
    "room_alert": (
        ("HTTP 40", "its firmware keeps the values elsewhere (path of [TEMPERATURE]), or it wants a login"),
        ("it has no ", "is it plugged in, into this unit? its own page shows the ports; else mend the name in [TEMPERATURE]"),
        ("no sensor is plugged in", "plug it in, or mend its cable; where none is meant, take it out of [TEMPERATURE]"),
    ),
    "iotawatt": (("HTTP 40", "username and password of [IOTAWATT]"),),
    "foreman": (
        ("HTTP 40[13]|refuses the API key", "api_key and client_id of [FOREMAN]: make a new key in Foreman, or see its rights"),
        ("rate limit|HTTP 429", "another program spends this key's calls: give it a key of its own, or lengthen poll_seconds"),
        ("no miners|of the miners|without a state", "foreman_id in loads.csv, or hashing_states and asleep_states of [FOREMAN]"),
    ),
    "snmp_pdu": (
        ("community", "is it switched on? is SNMP on, community_read of [PDU] its word, and this computer allowed to ask?"),
        ("other objects|no SNMP", "profile of [PDU]: is that its make?"),
    ),
    "modbus_fans": (
        ("no answer|closed the connection|reset", "is it switched on? does another program hold it? boards take few connections"),
        ("", "is this a Modbus TCP board? unit_id and channels of [FANS]"),
    ),
    "http_load": (("HTTP 40", "secret, header and read_path of its [HTTP_LOADS]"), ("has no ", "state_path of its [HTTP_LOADS]")),
}  # fmt: skip
_ANY: Lines = (
    ("gives? no value", "look at that sensor: is it plugged in, and what does the device's own page show of it?"),
    ("has no series", "the names on its own page against those of the configuration; letters count, capitals do not"),
    ("has no sensor", "is a sensor plugged in? the device's own page shows which ports it sees"),
    ("nobody reads it", "that service is not well: look at its log"),
    ("resolved", "is the name typed right, and does this computer reach its name server? an IP address needs none"),
    ("no way|route|unreachable|host is down|no connection", "is it switched on and its cable in? is this its address, and the "
     "gateway right? try ping"),
    ("refused|nothing listens", "something is at this address and takes nothing on this port: is it started, is the port right?"),
    ("no answer|broke off|reset", "is it switched on and not busy with others? is this its address? try ping, then its own page"),
    ("certificate", "is this computer's clock right? else its certificate ended, or is not for this name"),
    ("TLS", "http:// or https://: which one does it speak?"),
    ("HTTP 40[13]", "it wants a login: give the one it knows, or turn it off"),
    ("HTTP 5", "it is unwell itself: look at its own page, start it again"),
    ("fault of our own", "look at the log of the service that reads it, and tell us"),
)  # fmt: skip


def hint(kind: str, failure: str) -> str:
    """What to do about it; never empty."""
    first = [one for one in _OF_KIND.get(kind, ()) if one[0]]
    last = [one for one in _OF_KIND.get(kind, ()) if not one[0]]
    return next((words for sign, words in (*first, *_ANY, *last) if re.search(sign, failure)), _LOOK)
