"""The kinds of acting device as the twin plays them, written out: what strikes each, how often it is read, how fast it acts."""

from dataclasses import dataclass

from services.shared.vocabulary import LoadKind
from services.simulator.twin.faults import Falls


@dataclass(frozen=True, slots=True)
class Kind:
    """`falls`: the faults that strike it. `soft`: the loads that it puts to sleep. All times in s.

    It is polled each `period_s` where the operator names none; it answers an order after `answer_s`, sets out for its effect
    within `set_out_s`, and its driver gives it up after `patience_s`.
    """

    falls: Falls
    period_s: float
    answer_s: float
    patience_s: float
    set_out_s: tuple[float, float] = (0.0, 0.0)
    soft: LoadKind | None = None


KINDS = {
    # Foreman's agent on site fetches a command when it likes
    "foreman": Kind(Falls.SOFT, 15.0, answer_s=0.4, patience_s=30.0, set_out_s=(3.0, 20.0), soft=LoadKind.FOREMAN),
    "http_load": Kind(Falls.SOFT, 5.0, answer_s=0.1, patience_s=5.0, set_out_s=(0.0, 1.0), soft=LoadKind.HTTP),
    "snmp_pdu": Kind(Falls.PDU, 5.0, answer_s=0.3, patience_s=10.0),
    "modbus_fans": Kind(Falls.RELAY, 5.0, answer_s=0.05, patience_s=3.0),
}
