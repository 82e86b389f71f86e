"""Breadth first through the machine: every state once, each with the shortest way that led to it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from services.controller.core.memory import State
from services.controller.core.orders import path_of
from services.simulator.invariants import violations
from services.simulator.twin.step import Step
from tests.proof.alphabet import Act
from tests.proof.canonical import canonical
from tests.proof.model import Ledger, World, advance


@dataclass(frozen=True)
class Node:
    """A state that was reached, from which other and by what."""

    world: World
    parent: "Node | None" = None
    act: Act | None = None
    depth: int = 0

    def way(self) -> list["Node"]:
        """From the first state to this one."""
        nodes, node = [], self
        while node.parent is not None:
            nodes.append(node)
            node = node.parent
        return nodes[::-1]


class Broken(AssertionError):
    """An invariant is broken; the text is the shortest trace that was found, in the words of the plant."""


def trace(found: Iterable[str], node: Node, act: Act, step: Step) -> str:
    """What happened until an invariant broke."""
    lines = [trace_of(node)] if node.parent else []
    lines.append(f"minute {step.now.mono_s / 60:.1f}: {_said(node.world, act)}")
    targets = zip(step.limits.loads, step.decision.targets.loads, strict=True)
    lines.append(f"then {step.decision.state.mode.value}: {'; '.join(step.decision.reasons)}")
    lines.append(f"wanted: {', '.join(f'{load.name} {target.value}' for load, target in targets)}")
    lines.append(f"ordered: {', '.join(f'{order.act.value} {order.target}' for order in step.orders) or 'nothing'}")
    return "\n".join(["", *found, *lines])


def trace_of(node: Node) -> str:
    """The way to a state."""
    return "\n".join(
        f"minute {one.world.mono_s / 60:.1f}: {_said(one.parent.world, one.act)}" for one in node.way() if one.act and one.parent
    )


def _said(world: World, act: Act) -> str:
    """What an act changes, in words: an input that goes on as it did is not told."""
    news = {name: value for name, value in act.changes.items() if getattr(world.inputs, name) != value}
    return replace(act, changes=news).words()


def judged(node: Node, act: Act) -> Node:
    """The state that follows. Raises Broken."""
    world, step = advance(node.world, act)
    found = found_at(node, act, world, step)
    if found:
        raise Broken(trace(found, node, act, step))
    return Node(world, node, act, node.depth + 1)


def found_at(node: Node, act: Act, world: World, step: Step) -> tuple[str, ...]:
    """Everything that is broken at a step: the invariants, and what only the machine can see."""
    found = _under_way(world.ledger, step) + _forgotten(node.world.state, act, step) + _taken(node.world.state, act, step)
    return violations(step) + found


def _forgotten(before: State, act: Act, step: Step) -> tuple[str, ...]:
    """What stood before a restart stands after it: trips, lock-outs, leases that lower load, the sources' last levels."""
    if not act.process or act.person:
        return ()
    kept = step.before
    lost = {trip.key for trip in before.trips} - {trip.key for trip in kept.trips}
    lost |= {lock.target for lock in before.lockouts} - {lock.target for lock in kept.lockouts}
    lowering = {hold.id for hold in before.holds if hold.action == "sleep" or hold.level is not None}
    lost |= lowering - {hold.id for hold in kept.holds}
    lost |= {f"{one.name} {one.level}" for one in before.sources} - {f"{one.name} {one.level}" for one in kept.sources}
    raised = kept.running - before.running
    return tuple(f"nothing is forgotten: {one} by a restart" for one in sorted(lost)) + tuple(
        f"a restart raises nothing: {one}" for one in sorted(raised)
    )


def _taken(before: State, act: Act, step: Step) -> tuple[str, ...]:
    """A lease that somebody asks for takes nothing of another's away."""
    asked = [hold.owner for hold in step.before.holds if hold.id == act.person]
    standing = set(step.before.holds)
    taken = [hold.id for hold in before.holds if asked and hold.owner not in asked and hold not in standing]
    return tuple(f"nobody's lease is another's to take: {one}" for one in taken if not act.process)


def _under_way(ledger: Ledger, step: Step) -> tuple[str, ...]:
    """An order that is open and has time left is not sent again."""
    for order in step.orders:
        sent = ledger.get((order.target, path_of(order.act)))
        if sent and not sent.done and sent.order.act is order.act and step.now.mono_s < sent.order.expires_mono_s:
            return (f"no two orders at once: {order.act.value} {order.target} is still under way",)
    return ()


def explore(
    starts: Iterable[World], letters: Iterable[Act], most: int, look: Callable[[Node], None] = lambda _: None
) -> Iterator[Node]:
    """Every state within reach, breadth first, at most so many. Raises Broken at the first invariant that breaks."""
    letters = tuple(letters)
    queue = deque(Node(world) for world in starts)
    known = {canonical(node.world) for node in queue}
    count = 0
    while queue:
        node = queue.popleft()
        look(node)
        yield node
        count += 1
        for act in letters:
            following = judged(node, act)
            name = canonical(following.world)
            if name not in known and len(known) < most:
                known.add(name)
                queue.append(following)
