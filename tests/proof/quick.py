"""The quick check that finds every planted bug: random ways through the machine, the same every time."""

from random import Random

from tests.proof.alphabet import LEAPS_S, PERSONS, PROCESSES, WORDS, Act
from tests.proof.model import new_world, settled_world
from tests.proof.small_site import SITES
from tests.proof.walk import Broken, Node, judged

WAYS = 50
STEPS = 40


def first_break() -> str | None:
    """The first invariant that breaks, with its trace; None when none does."""
    try:
        for seed in range(WAYS):
            for site in SITES.values():
                _walk(Random(seed), (new_world if seed % 8 == 7 else settled_world)(site()))
    except Broken as broken:
        return str(broken)
    return None


def _walk(draw: Random, world) -> None:
    node = Node(world)
    for _ in range(STEPS):
        node = judged(node, _act(draw))


def _act(draw: Random) -> Act:
    leap_s = draw.choice((1.0, 6.0, *LEAPS_S.values(), 31.0, 31.0))
    kind = draw.random()
    if kind < 0.35:
        name = draw.choice(list(WORDS))
        return Act({name: draw.choice(list(WORDS[name]))}, leap_s=leap_s)
    if kind < 0.5:
        return Act({name: next(iter(values)) for name, values in WORDS.items()}, person="reset", leap_s=leap_s)
    if kind < 0.6:
        return Act(person=draw.choice(list(PERSONS)), leap_s=leap_s)
    if kind < 0.65:
        return Act(process=draw.choice(list(PROCESSES)), leap_s=leap_s)
    return Act(leap_s=leap_s)
