"""Sequences that nobody wrote: hypothesis drives the machine and shrinks what breaks to its shortest form."""

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.proof.alphabet import LEAPS_S, PERSONS, PROCESSES, WORDS, Act
from tests.proof.extent import extent
from tests.proof.model import new_world, settled_world
from tests.proof.small_site import SITES
from tests.proof.walk import Node, judged

STEPS = 50
EXAMPLES = extent(128, 1280)
"""Of some 40 steps each: more than 5,000 steps in the short form, 50,000 in the long one."""

leaps = st.sampled_from(sorted(LEAPS_S.values()))
changes = st.sampled_from([(name, value) for name, values in WORDS.items() for value in values])


class Plant(RuleBasedStateMachine):
    """The machine under whatever comes; every step is judged by every invariant as it is made."""

    @initialize(site=st.sampled_from(sorted(SITES)), settled=st.booleans())
    def begin(self, site, settled):
        self.node = Node((settled_world if settled else new_world)(SITES[site]()))

    @rule(change=changes, leap_s=leaps)
    def an_input_changes(self, change, leap_s):
        self.node = judged(self.node, Act(dict([change]), leap_s=leap_s))

    @rule(several=st.lists(changes, min_size=2, max_size=5))
    def several_inputs_change(self, several):
        self.node = judged(self.node, Act(dict(several)))

    @rule(name=st.sampled_from(sorted(WORDS)), leap_s=leaps)
    def an_input_comes_back(self, name, leap_s):
        usual = next(iter(WORDS[name]))
        self.node = judged(self.node, Act({name: usual}, leap_s=leap_s))

    @rule()
    def all_is_well_again(self):
        self.node = judged(self.node, Act({name: next(iter(values)) for name, values in WORDS.items()}, person="reset"))

    @rule(person=st.sampled_from([person for person in PERSONS if person]))
    def a_person_asks(self, person):
        self.node = judged(self.node, Act(person=person))

    @rule(process=st.sampled_from([process for process in PROCESSES if process]))
    def the_process_suffers(self, process):
        self.node = judged(self.node, Act(process=process))

    @rule(leap_s=leaps)
    def time_passes(self, leap_s):
        self.node = judged(self.node, Act(leap_s=leap_s))


@pytest.mark.timeout(extent(120, 3600))
@pytest.mark.parametrize("shard", range(4))
def test_no_sequence_breaks_an_invariant(shard):
    machine = type(f"Plant{shard}", (Plant,), {})
    limits = settings(
        max_examples=EXAMPLES // 4,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(seed(shard)(machine), settings=limits)
