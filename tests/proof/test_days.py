"""Whole days of the twin with power events, faults and persons by chance: no invariant breaks on any of them."""

import pytest

from services.simulator.invariants import violations
from services.simulator.twin import run_day
from tests.proof.extent import extent
from tests.proof.small_site import DAY_SITES

SHARDS = extent(20, 100)
DAYS_EACH = 10
"""200 days in the short form, 1,000 in the long one."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_invariant_breaks_on_any_day(shard):
    names = list(DAY_SITES)
    for seed in range(shard * DAYS_EACH, (shard + 1) * DAYS_EACH):
        site = names[seed % len(names)]
        day = run_day(DAY_SITES[site](), seed, check=violations)
        assert day.steps > 1000
        assert not day.violations, f"site {site}, seed {seed}:\n" + "\n".join((*day.violations, *day.story))
