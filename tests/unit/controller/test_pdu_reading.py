"""When an outlet without watts is asked again."""

import pytest

from services.controller.drivers.pdu_profiles import PROFILES
from services.controller.drivers.pdu_reading import PduReading

WATTS = "1.3.6.1.4.1.318.1.1.26.9.4.3.1.7.3"


@pytest.mark.parametrize(("had_watts_before", "asked_again_after_s"), [(True, 30.0), (False, 600.0)])
def test_one_poll_without_watts_blinds_an_outlet_only_where_it_never_had_them(had_watts_before, asked_again_after_s):
    reading = PduReading("pdu-1", PROFILES["apc_rpdu2"], {"m-3": 3})
    if had_watts_before:
        reading.facts({WATTS: 3000}, 90.0)
    reading.facts({WATTS: None}, 100.0)
    assert WATTS not in reading.questions(100.0 + asked_again_after_s - 1)
    assert WATTS in reading.questions(100.0 + asked_again_after_s)
