"""The api service: the only door for people and programs, and the only writer of the history."""

import asyncio
import os
import sys
from pathlib import Path

from services.api import access, app, listeners, wiring
from services.shared.service import Context, run


async def serve(context: Context) -> None:
    """Run until cancelled; then end within the listeners' grace."""
    api = context.settings.api
    page = Path(os.environ.get("MINE_PAGE_FOLDER") or wiring.BUILT_PAGE)
    door = wiring.door(context.settings, context.bus, context.clock, page)
    recorder = wiring.listen(door)
    context.ops.ready_check("history", lambda: door.history.reason or None)
    context.ops.gauge("mine_history_waiting", "rows that wait for the disk", lambda: float(len(door.history.buffer)))
    context.ops.gauge("mine_history_dropped", "rows given up since the start", lambda: float(door.history.buffer.dropped))
    lan = (app.lan(door), listeners.bind(api.host, api.port))
    debug = (app.debug_only(door), listeners.bind(api.debug_host, api.debug_port))
    await context.bus.start()
    try:
        with access.kept(context.settings.data.logs):
            async with asyncio.TaskGroup() as tasks:
                for part in (door.history.run(), recorder.run(), door.stream.run()):
                    tasks.create_task(part)
                tasks.create_task(listeners.serve([lan, debug], door.stream.close))
    finally:
        await door.history.close()


if __name__ == "__main__":
    sys.exit(run("api", serve, persistent=True))
