"""The options that several commands share."""

from typing import Annotated

import typer

MOST_MINUTES = 1440.0
Reason = Annotated[str, typer.Option("--reason", "-r", help="For the records.")]
Json = Annotated[bool, typer.Option("--json", help="As the API answers.")]
ForPrograms = Annotated[bool, typer.Option("--json", help="For programs: one JSON document on stdout, and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Minutes = Annotated[
    float, typer.Option("--minutes", "-m", min=0.1, max=MOST_MINUTES, help="So long it holds, then it ends by itself.")
]
