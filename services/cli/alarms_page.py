"""docs/manual/alarm-list.md, made from the catalogue: every alarm that the product can raise."""

from collections import Counter
from itertools import groupby

from services.shared.catalogue import CATALOGUE, AlarmClass
from services.shared.vocabulary import AlarmKind, Priority

_HEAD = """\
# All alarms

This page is made from the code by `make generate`; `make check` fails when it is out of date.

A `*` stands for a name: of a zone, a device, a signal, a channel. **Kind** is the most severe one an alarm is raised as; by it
the ways are chosen. **Priority** is how soon a person must act: high at once, medium within the shift, low when there is time.
**On** is how long the condition stands before it is an alarm, **off** how long it stays away before the alarm has ended, with the
**deadband** by which a value must go back. While an alarm that it **follows** stands, an alarm is not told (an emergency only if
that is one too). All the rest of an alarm's life is in [Alarms](alarms.md). An operator changes delays, priority and ways in
`[ALARM key]`, see [Configuration](configuration.md).

"""


def document() -> str:
    """The whole page; the same every time."""
    owners = groupby(CATALOGUE, key=lambda row: row.owner)
    sections = "".join(f"\n## Raised by the {owner.replace(', ', ' and the ')}\n\n{_rows(list(rows))}" for owner, rows in owners)
    return _HEAD + _shares() + sections


def _shares() -> str:
    counts = Counter(row.priority for row in CATALOGUE)
    told = ", ".join(f"{counts[one]} {one.value} ({counts[one] / len(CATALOGUE):.0%})" for one in Priority)
    return f"Of {len(CATALOGUE)} alarms: {told}. The field's rule of thumb is 5, 15 and 80 %.\n"


def _rows(rows: list[AlarmClass]) -> str:
    return "\n".join(_paragraphs(row) for row in rows)


def _paragraphs(row: AlarmClass) -> str:
    lines = [
        f"### `{row.key}`",
        "",
        f"Told as {row.kind.value}, to do with {row.priority.value} priority. {_times(row)}",
        "",
        f"- Cause: {row.cause}",
        f"- Consequence: {row.consequence}",
        f"- What to do: {row.action}",
    ]
    if row.follows:
        lines.append(f"- Follows: {', '.join(f'`{_follows(pattern)}`' for pattern in row.follows)}")
    return "\n".join([*lines, ""])


def _times(row: AlarmClass) -> str:
    on = "at once" if row.kind is AlarmKind.EMERGENCY else f"{row.on_delay_s:g} s"
    words = [f"On {on}, off {'when it is reset' if row.latched else f'{row.off_delay_s:g} s'}"]
    words += [f"deadband {row.deadband}"] if row.deadband else []
    words += ["cannot be shelved"] if not row.shelvable else []
    return ", ".join(words) + "."


def _follows(pattern: str) -> str:
    return pattern.replace("{}", "<the same name>")
