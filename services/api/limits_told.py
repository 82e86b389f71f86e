"""The alarm `limits`: the containers' limits are declared and not real. One service tells it, for the cause is one."""

import logging
from collections.abc import Callable

from services.shared import limits
from services.shared.clock import Clock
from services.shared.messages import Alarm, Message
from services.shared.vocabulary import AlarmKind

log = logging.getLogger(__name__)


def tell(clock: Clock, publish: Callable[[Message], None], cause: str | None) -> None:
    """Once, at the start: no limit comes or goes while a container lives. All well is said, too; it ends an alarm of before."""
    if cause:
        log.warning("limits: %s; %s", cause, limits.ACTION)
    publish(
        Alarm(
            subject=("limits",), key="limits", active=bool(cause), kind=AlarmKind.WARNING,
            cause=cause or "the containers' limits are real",
            consequence="a service that grows could take the whole machine; control goes on until then" if cause else "",
            action=limits.ACTION if cause else "", since_at=clock.now().wall_s,
        )
    )  # fmt: skip
