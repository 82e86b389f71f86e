"""After a restore: the state says that somebody armed, for in containers nobody else sees the folder of the ledger."""

import asyncio
from pathlib import Path

from services.controller.report import Report
from services.shared import restored
from services.shared.settings.missing import ONCE_ARMED, UNTIL_ARMED

LOOK_S = 5.0


async def tell(report: Report, folder: Path) -> None:
    """Until it is told; of a site that was not restored, or was armed before its start, that is at once.

    `folder` is the ledger's. The card is asked in a thread: one that hangs does not hold up the control.
    """
    while True:
        if await asyncio.to_thread(restored.why, folder) is None:
            break
        await asyncio.sleep(LOOK_S)
    report.missing = tuple(_once_armed(line) for line in report.missing)


def _once_armed(line: str) -> str:
    return line.removesuffix(UNTIL_ARMED) + ONCE_ARMED if line.endswith(UNTIL_ARMED) else line
