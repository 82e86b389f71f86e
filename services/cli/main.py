"""`mine`: run the services, look at them, set them up. Each command is a file of its own."""

import typer

from services.cli import check, config, drill, once, rehearse, run, setup, status

app = typer.Typer(
    name="mine", help="Bitcoin Mine Control.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("status")(status.status)
app.command("drill")(drill.drill)
app.command("once")(once.once)
app.command("rehearse")(rehearse.rehearse)
app.command("setup")(setup.setup)
app.add_typer(config.app, name="config")

if __name__ == "__main__":
    app()
