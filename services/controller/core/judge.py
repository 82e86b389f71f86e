"""What became of an order: confirmed only by a reading whose poll began after it went out, expired when its time is over."""

from services.controller.core.moments import Now
from services.controller.core.orders import Act, Sent
from services.controller.core.plant import Limits
from services.controller.core.proof import fresh_watts
from services.controller.core.seen import FanSeen, LoadSeen
from services.shared.vocabulary import CommandPhase, LoadState, PowerState


def is_settled(sent: Sent, now: Now) -> bool:
    """Whether an order can no longer change anything: it ended, or its time is over."""
    return sent.done or now.mono_s >= sent.order.expires_mono_s


def judge_load_order(sent: Sent, seen: LoadSeen, limits: Limits, now: Now, *, is_doubted: bool = False) -> CommandPhase | None:
    """Confirmed by watts where the load is metered alone; else by its state or outlet, read after the order. None: wait.

    An outlet that reads on is not open, however little its load draws. A word of sleep waits for the meter there is. A reader in
    doubt confirms nothing that takes load off.
    """
    after_s = sent.sent_mono_s
    metered = fresh_watts(seen, limits, now)
    watts = metered if (seen.watts_mono_s or 0.0) > after_s else None
    if sent.order.act in (Act.SLEEP, Act.OUTLET_OFF):
        if watts is not None:
            done = watts <= limits.asleep_watts and not (sent.order.act is Act.OUTLET_OFF and seen.outlet is PowerState.ON)
        elif sent.order.act is Act.OUTLET_OFF:
            done = seen.outlet is PowerState.OFF and (seen.outlet_mono_s or 0.0) > after_s
        else:
            done = metered is None and seen.state is LoadState.ASLEEP and (seen.state_mono_s or 0.0) > after_s
        done = done and not is_doubted
    elif sent.order.act is Act.OUTLET_ON:
        done = seen.outlet is PowerState.ON and (seen.outlet_mono_s or 0.0) > after_s
    else:
        done = seen.state in (LoadState.HASHING, LoadState.WAKING) and (seen.state_mono_s or 0.0) > after_s
    return _phase(done, sent, now)


def judge_fan_order(sent: Sent, seen: FanSeen, now: Now) -> CommandPhase | None:
    """A relay's order is confirmed by its coil, read after the order; the fan itself is proven by its watts elsewhere."""
    wanted = PowerState.ON if sent.order.act is Act.FAN_ON else PowerState.OFF
    return _phase(seen.relay is wanted and (seen.relay_mono_s or 0.0) > sent.sent_mono_s, sent, now)


def _phase(done: bool, sent: Sent, now: Now) -> CommandPhase | None:
    if done:
        return CommandPhase.CONFIRMED
    return CommandPhase.EXPIRED if now.mono_s >= sent.order.expires_mono_s else None
