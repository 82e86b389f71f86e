"""From alarms to messages, in stages (see `stages`). Changes nothing but what it returns.

- shelve: lay aside what a shelf covers, take back what none covers any more
- inhibit, hold: what follows from another alarm is not told, and its delay begins when nothing inhibits it any more
- deduplicate, group: which of those that are neither inhibited nor silent are told now, and together
- tell, digests: route them, within the channels' budgets; what waited for a digest long enough goes
- ask_again, escalate: what is over of the acknowledgements, and what nobody acknowledged
- end, ended_digests: what ended is told
- effect: what the controller proves of the load stands in the message of who asked for it
- edit: what was posted is brought up to date

Called whenever something was heard and once a second. What it returns is written in one piece before anything is sent, so that a
kill between two instants neither loses nor doubles a message.
"""

from collections.abc import Mapping

from services.notifier.incidents import living
from services.notifier.outcome import Memory, Outcome, Plan
from services.notifier.record import Phase, Record
from services.notifier.stages.edit import edit
from services.notifier.stages.effect import Plant, effect
from services.notifier.stages.end import end, ended_digests
from services.notifier.stages.escalate import ask_again, escalate
from services.notifier.stages.group import deduplicate, group
from services.notifier.stages.inhibit import inhibit
from services.notifier.stages.silence import is_silent, shelve
from services.notifier.stages.tell import digests, tell
from services.shared.clock import Moment


def step(records: Mapping[str, Record], memory: Memory, plan: Plan, now: Moment, plant: Plant | None = None) -> Outcome:
    """One pass over all alarms. `plant`: the load as it was last heard of."""
    out = Outcome(plan, now, dict(records), memory.budget)
    before = living(out.view.values())
    shelve(out, memory.shelves)
    hushed = inhibit(out.view, plan.rules)
    hold(hushed, out)
    audible = [record for record in out.view.values() if record.phase is not Phase.RETURNED and record.key not in hushed]
    for together in group(deduplicate([one for one in audible if not is_silent(one, out)], out), out):
        tell(together, out)
    digests(out)
    told = living(out.view.values())
    ask_again(told, hushed, out)
    escalate(told, hushed, out)
    end(told, hushed, out)
    ended_digests(out)
    effect(plant, out)
    edit(before, living(out.view.values()), memory.said, out)
    return out


def hold(hushed: Mapping[str, str], out: Outcome) -> None:
    """The delay of what is inhibited begins when nothing inhibits it any more."""
    out.reasons |= hushed
    for key in hushed:
        out.hold(key)
