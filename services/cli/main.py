"""`mine`: run the services, look at them, set them up. Each command is a file of its own."""

import typer

from services.cli import (
    access,
    alarms,
    backup,
    check,
    completion,
    config,
    curtail,
    db,
    drill,
    holds,
    latches,
    logs,
    notify,
    once,
    rehearse,
    restore,
    run,
    setup,
    status,
    stop,
    watch,
    why,
)

app = typer.Typer(
    name="mine", help="Bitcoin Mine Control.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command("run")(run.run)
app.command("watch")(watch.watch)
app.command("check")(check.check)
app.command("status")(status.status)
app.command("why")(why.why)
app.command("stop")(stop.stop)
app.command("curtail")(curtail.curtail)
app.command("hold")(holds.hold)
app.command("release")(holds.release)
app.command("reset")(latches.reset)
app.command("alarms")(alarms.alarms)
app.command("ack")(alarms.ack)
app.command("shelve")(alarms.shelve)
app.command("unshelve")(alarms.unshelve)
app.command("lockout")(latches.lockout)
app.command("unlock")(latches.unlock)
app.command("drill")(drill.drill)
app.command("once")(once.once)
app.command("logs")(logs.logs)
app.command("rehearse")(rehearse.rehearse)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("arm")(restore.arm)
app.command("setup")(setup.setup)
app.add_typer(config.app, name="config")
app.add_typer(db.app, name="db")
app.add_typer(notify.app, name="notify")
app.add_typer(access.app, name="access")

completion.add_to(app)

if __name__ == "__main__":
    app(prog_name=completion.NAME)
