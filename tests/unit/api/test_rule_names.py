"""What a record of the past calls a rule is read as the kind that it was."""

import pytest

from services.api.rule_names import about, kind_of
from services.shared.vocabulary import RuleKind


@pytest.mark.parametrize(
    ("rule", "kind", "name"),
    [
        ("signal utility", RuleKind.SIGNAL, "utility"),
        ("signal utility lost", RuleKind.SIGNAL_LOST, "utility"),
        ("signal", RuleKind.OTHER, ""),
        ("schedule summer-peak", RuleKind.SCHEDULE, "summer-peak"),
        ("schedule", RuleKind.SCHEDULE, ""),
        ("trip", RuleKind.TRIP, ""),
        ("lease", RuleKind.LEASE, ""),
        ("temperature lost", RuleKind.BLIND, ""),
        ("temperature stale", RuleKind.OTHER, ""),
        ("airflow unproven", RuleKind.OTHER, ""),
        ("site limit", RuleKind.OTHER, ""),
        ("", RuleKind.OTHER, ""),
    ],
)
def test_a_rule_of_the_records_has_its_kind_and_what_it_is_about(rule: str, kind: RuleKind, name: str) -> None:
    assert (kind_of(rule), about(rule)) == (kind, name)
