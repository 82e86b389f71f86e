"""Every reachable state of a catalogue with every pair of input classes: no invariant breaks, whatever comes together."""

import pytest

from tests.proof import cover
from tests.proof.alphabet import ALPHABET, Act
from tests.proof.canonical import canonical
from tests.proof.extent import extent
from tests.proof.model import settled_world
from tests.proof.small_site import SITES
from tests.proof.walk import Broken, Node, explore, judged

SHARDS = extent(8, 32)
PER_SHARD = extent(31, 250)
"""States of one shard: 744 on three sites in the short form, with some 140 rows more than 100,000 pairs; 24,000 states and more
than 3,000,000 pairs in the long form."""


@pytest.mark.timeout(extent(60, 1800))
@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("site", SITES)
def test_no_invariant_breaks_in_any_state_with_any_pair_of_inputs(site, shard):
    count = 0
    for node in _catalogue(site, shard):
        for act in cover.rows(2):
            count += 1
            try:
                judged(node, act)
            except Broken as broken:
                raise _simplest(node, act, broken) from None
    assert count >= PER_SHARD * 100


def _catalogue(site, shard):
    """Its share of the states: those that lie behind its own letters."""
    letters = ALPHABET[shard::SHARDS]
    starts = [judged(Node(settled_world(SITES[site]())), letter).world for letter in letters]
    nodes = explore(starts, ALPHABET, PER_SHARD)
    return [next(nodes) for _ in range(PER_SHARD)]


def _simplest(node, act, broken):
    """The same break with the fewest inputs changed."""
    for name in list(act.changes):
        fewer = Act({key: value for key, value in act.changes.items() if key != name}, act.person, act.process, act.leap_s)
        try:
            judged(node, fewer)
        except Broken as still:
            act, broken = fewer, still
    return broken


def test_the_rows_hold_every_pair_of_classes():
    rows = [{**act.changes, "person": act.person, "process": act.process, "leap": act.leap_s} for act in cover.rows(2)]
    for one, ones in cover.CLASSES.items():
        for other, others in cover.CLASSES.items():
            if one < other and "leap" not in (one, other):
                assert {(row[one], row[other]) for row in rows} == {(a, b) for a in ones for b in others}


def test_time_that_changes_no_class_changes_no_state():
    world = settled_world(SITES["base"]())
    node = judged(Node(world), Act(leap_s=601.0))
    again = judged(node, Act(leap_s=601.0))
    assert canonical(again.world) == canonical(judged(again, Act(leap_s=601.0)).world)
