"""What is known of an alarm before it is raised (the rationalised alarm of ISA-18.2)."""

from dataclasses import dataclass

from services.shared.vocabulary import AlarmKind, Priority


@dataclass(frozen=True, slots=True)
class AlarmClass:
    """One row. `key` may end in `*`, which stands for a name (`device_lost_*`). `kind` is the most severe one it is raised as.

    `on_delay_s` the condition stands before it is an alarm (an emergency has none), `off_delay_s` it stays away before it has
    ended. `deadband` says in words by how much a value must go back. While one of `follows` stands (patterns, in which {} is the
    name that its own * stands for), it is not told. `anew`: it is told again when its words change, acknowledged or not.
    `chatters`: one that comes three times within an hour gets a longer off-delay; not where each coming is an event of its own:
    somebody's act. `latched`: it stands until a person resets it, so it never chatters, and what comes after a reset is new.
    """

    key: str
    owner: str
    kind: AlarmKind
    priority: Priority
    cause: str
    consequence: str
    action: str
    on_delay_s: float = 5.0
    off_delay_s: float = 30.0
    deadband: str = ""
    follows: tuple[str, ...] = ()
    shelvable: bool = True
    chatters: bool = True
    latched: bool = False
    anew: bool = False
