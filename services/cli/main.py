"""`mine`: run the services, look at them, set them up."""

import typer

from services.cli import completion
from services.cli.later import Group

app = typer.Typer(
    cls=Group,
    name="mine",
    help="Bitcoin Mine Control.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
completion.add_to(app)

if __name__ == "__main__":
    app(prog_name=completion.NAME)
