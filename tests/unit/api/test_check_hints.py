"""What each fault of each kind of device tells a person to do: the key, the plug or the page, never an empty word."""

import pytest

from services.api.check.hints import hint
from services.api.check.places import WORDS


@pytest.mark.parametrize(
    ("kind", "failure", "says"),
    [
        ("room_alert", "connection refused", "the port right?"),
        ("room_alert", "no answer within 5 s", "switched on"),
        ("room_alert", "no connection within 5 s", "gateway"),
        ("room_alert", "no Room Alert page: '<html>'", "is this the device"),
        ("room_alert", "HTTP 404: ''", "path of [TEMPERATURE]"),
        ("room_alert", "sensor-2 gives no value: no sensor is plugged in", "out of [TEMPERATURE]"),
        ("room_alert", "sensor-2 and 2 more give no value: no sensor is plugged in", "plug it in"),
        ("mqtt_sensor", "t gives no value: it was nan", "is it plugged in"),
        ("iotawatt", "HTTP 401: ''", "username and password of [IOTAWATT]"),
        ("iotawatt", "the name could not be resolved", "name server"),
        (
            "foreman",
            "Foreman refuses the API key or client id of [FOREMAN] (HTTP 401: 'Invalid token.')",
            "api_key and client_id",
        ),
        ("foreman", "over Foreman's rate limit of miners: wait 30 s", "key of its own"),
        ("foreman", "Foreman is unwell (HTTP 503: '')", "unwell itself"),
        ("foreman", "its certificate is not trusted: certificate has expired", "clock right"),
        ("snmp_pdu", "no answer to 3 x 2 s; a wrong community is silence, too", "community_read of [PDU]"),
        ("snmp_pdu", "no way to 10.0.0.1: no route to host", "gateway"),
        ("snmp_pdu", "the answer holds other objects than were asked for", "profile of [PDU]"),
        ("modbus_fans", "no answer within 2 s", "few connections"),
        ("modbus_fans", "10.0.0.1:502: connection refused", "port right"),
        ("modbus_fans", "illegal data address", "unit_id and channels of [FANS]"),
        ("http_load", "none of 3 loads answered: m-1: HTTP 403: ''", "secret, header"),
        ("signal_http", "another page: it does not contain 'Load management'", "must_contain"),
        ("signal_http", "'Maybe' is not in the vocabulary", "vocabulary of [SIGNAL]"),
        ("signal_http", "the selector '#level' matches nothing", "path"),
        ("signal_http", "HTTP 302: sent elsewhere (login.example)", "new address"),
        ("signal_http", "stale: its own time is 40 min old, at most 15 min is allowed", "max_age_minutes"),
        ("signal_mqtt", "nothing on utility/level for 15 min", "its program"),
        ("mqtt_sensor", "nothing on site/+/t for 2 min", "its program"),
        ("mqtt_sensor", "'n/a' is not a number", "path and unit of [MQTT_SENSOR]"),
        ("snmp_pdu", "nobody reads it", "look at its log"),
    ],
)
def test_a_fault_is_told_with_what_to_do(kind: str, failure: str, says: str) -> None:
    assert says in hint(kind, failure)


@pytest.mark.parametrize("kind", WORDS)
def test_what_nobody_foresaw_sends_a_person_to_the_device(kind: str) -> None:
    assert len(hint(kind, "something else entirely")) > 20
