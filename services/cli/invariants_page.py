"""docs/manual/safety.md, made from the invariants of services/simulator/invariants."""

from services.simulator.invariants import INVARIANTS, Invariant

_HEAD = """\
# What always holds

This page is made from the code by `make generate`; `make check` fails when it is out of date.

Each sentence below is an invariant: it holds at every moment, whatever fails, in whatever order, and whoever asks for something
else. Each is a function that judges a moment by what was seen, remembered, decided and ordered, without the code that it guards.

They are checked

- in every state of a small site that a walk reaches, with every pair of input classes (signals, temperatures, fans, meters,
  devices, contacts, persons, restarts, time), and from every such state towards the loss of everything and towards STOP,
- after each step of sequences by chance,
- on whole simulated days with power events and faults (there alone with the guard of the settlement interval: its running sums
  have no end of states to walk through),
- against a core with a bug planted in one guard: each bug must be found.

`make test` runs the short form, `make proof` the long one. A broken invariant is told with the shortest trace that was found, in
the words of the plant. What is proved is the decision, not the site: breakers, thermal cut-outs and the fire chain work
without it.
"""


def text() -> str:
    """The whole page; the same every time."""
    groups = "".join(f"\n## {title}\n\n{''.join(map(_line, every))}" for title, every in INVARIANTS.items())
    return _HEAD + groups


def _line(invariant: Invariant) -> str:
    sentence = " ".join((invariant.__doc__ or "").split())
    return f"- {sentence}\n"
