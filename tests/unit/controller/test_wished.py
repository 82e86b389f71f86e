"""The audit says what was asked for, not only that something was."""

import pytest

from services.controller.wished import words
from services.shared.messages import Request


@pytest.mark.parametrize(
    ("verb", "payload", "told"),
    [
        ("lease", '{"kind":"power_signal","level":"control","target_kw":200,"minutes":60}', "curtail to 200 kW, 60 min"),
        ("lease", '{"kind":"power_signal","level":"emergency"}', "emergency, 30 min"),
        ("lease", '{"kind":"miners","action":"sleep","members":["row-a","m-7"],"minutes":0.5}', "sleep row-a, m-7, 0.5 min"),
        ("lease", '{"kind":"miners","action":"wake","members":["a","b","c","d","e","f"]}', "wake a, b, c, d, e and 1 more, 30 min"),  # noqa: E501
        ("lease", '{"kind":"fans","stage":9}', "at least 9 fans, 30 min"),
        ("lease", '{"kind":"fans","fans":{"1":"on","2":"off"}}', "fan-1 on, fan-2 off, 30 min"),
        ("lease", '{"kind":"temperature","celsius":41.0}', "41.0 °C at every zone, 30 min"),
        ("lease", '{"kind":"raw","device":"pdu-1","minutes":5}', "raw answers of pdu-1, 5 min"),
        ("release", '{"id":"l1"}', "lease l1"),
        ("release", '{"kind":"miners","members":["row-a"]}', "all of miners row-a"),
        ("service", '{"signal":"utility","in_service":false,"minutes":60}', "utility out of service, 60 min"),
        ("service", '{"signal":"utility","in_service":true}', "utility back in service"),
        ("lockout", '{"target":"fan-3"}', "fan-3"),
        ("reset", '{"trip":"stop"}', "stop"),
        ("stop", "{}", ""),
    ],
)  # fmt: skip
def test_a_request_is_told_in_a_few_words(verb: str, payload: str, told: str) -> None:
    assert words(asked(verb, payload)) == told


@pytest.mark.parametrize(
    "payload", ["", "{", "[]", "null", '{"kind":[],"minutes":"x"}', '{"kind":"power_signal","target_kw":[]}', "[" * 99_999]
)
def test_a_payload_that_is_garbage_is_told_as_nothing_and_never_raises(payload: str) -> None:
    assert words(asked("lease", payload)) in ("", ", 30 min")


def test_the_longest_is_cut() -> None:
    assert len(words(asked("lockout", f'{{"target":"{"x" * 5000}"}}'))) < 210


def asked(verb: str, payload: str) -> Request:
    return Request.model_construct(id="r", verb=verb, who="ann", payload=payload)  # type: ignore[arg-type]
