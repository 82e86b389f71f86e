"""The api service: the only door for people and programs, and the only writer of the history."""

import asyncio
import os
import sys
from pathlib import Path

from services.api import access, app, guard, limits_told, tls, wiring
from services.api.backup_watch import BackupWatch
from services.api.history import first
from services.api.history.keeper import Keeper
from services.api.kept_up import kept_up
from services.api.losses.watch import LossesWatch
from services.api.own_metrics import add_metrics
from services.shared import limits, listeners
from services.shared.service import Context, run


async def serve(context: Context) -> None:
    """Run until cancelled; then end within the listeners' grace."""
    api, tls_context = context.settings.api, tls.context(context.settings)
    page = Path(os.environ.get("MINE_PAGE_FOLDER") or wiring.BUILT_PAGE)
    door = wiring.door(context.settings, context.bus, context.clock, page)
    recorder = wiring.listen(door)
    await first.made(door.history.path)
    keeper = Keeper(door.history, context.settings.history, clock=context.clock, publish=context.bus.publish)
    context.ops.registry.register(keeper.book)
    probe = add_metrics(context, door)
    backups = BackupWatch(context.settings, context.clock, context.bus.publish)
    beside = {
        "keeper": keeper.run,
        "recorder": recorder.run,
        "stream": door.stream.run,
        "cost": door.cost.run,
        "probe": probe.run,
        "backups": backups.run,
        "configuration": door.config.run,
        "losses": LossesWatch(door.image, door.history, context.bus.boot, broker=lambda: context.bus.connected).run,
    }
    lan = listeners.Listener(app.lan(door), listeners.bind(api.host, api.port), tls_context)
    debug = listeners.Listener(app.debug_only(door), listeners.bind(api.debug_host, api.debug_port))
    await context.bus.start()
    limits_told.tell(context.clock, context.bus.publish, limits.unreal())
    try:
        with access.kept(context.settings.data.logs):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(door.history.run())
                for name, part in beside.items():
                    tasks.create_task(kept_up(part, name))
                tasks.create_task(listeners.serve([lan, debug], guard.no_request, door.close_streams))
    finally:
        await door.history.close()


if __name__ == "__main__":
    sys.exit(run("api", serve, persistent=True))
