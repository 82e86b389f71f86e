"""When a process that runs is taken for hung, and ended from outside: one rule, for `mine run` and for the containers.

A loop that stands still ends its own process after 30 s (`watch.py`). This is for what stands still together with that watch: a
process that was stopped, or one inside a call that lets none of its threads run. Of the broker any answer is life.
"""

EACH_S = 10.0
"""How often /health is asked; docker-compose.yml says the same to the engine."""
UNWELL_IN_A_ROW = 5
"""With 3 s for each answer it is 40 to 65 s from the hang to the end: after the process's own watch had its chance, and so long
before systemd's 2 min that the others need not be started again for it. A count, because a pause of the whole computer is no
hang. On a busy Pi an answer is late now and then, not five times in a row."""
STARTS_WITHIN_S = 600.0
"""What has never been well since its start is left alone so long. A Pi that starts all of them needs less than one minute; a card
that hangs holds a start up for longer, and to kill what waits for it would only begin the wait anew. So nothing calls itself well
before it has done its work once."""


def counted(before: int | None, *, well: bool, runs_s: float) -> int | None:
    """How many looks in a row found it unwell. None: it has not been well since its start and is still given time."""
    if well:
        return 0
    if before is None and runs_s < STARTS_WITHIN_S:
        return None
    return (before or 0) + 1


def is_hung(count: int | None) -> bool:
    """Whether it is to be ended now. What survives that, in a call to a card that hangs, is ended again after as many looks."""
    return count is not None and count > 0 and count % UNWELL_IN_A_ROW == 0
