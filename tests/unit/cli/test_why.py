"""What `mine why` says of the load: a value that was not recorded is left out."""

from services.cli.local_time import SiteTime
from services.cli.why import _load

UTC = SiteTime("UTC")
AT = "2026-09-21T14:13:00+00:00"


def test_a_load_is_told_with_what_was_recorded_alone() -> None:
    whole = {"measured_kw": 3.5, "target_kw": 0.0, "unknown_kw": 12.0, "as_of": AT}
    assert _load(whole, UTC) == "3.5 kW on, 0.0 kW target, 12.0 kW unknown, as recorded at 2026-09-21 14:13 UTC"
    bare = {"measured_kw": None, "target_kw": None, "unknown_kw": 12.0, "as_of": None}
    assert _load(bare, UTC) == "not measured, 12.0 kW unknown"
