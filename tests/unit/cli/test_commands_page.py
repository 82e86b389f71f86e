"""The manual's page of commands, and that of metrics, hold what there is and nothing else."""

import re
from pathlib import Path

import typer

from services.cli.commands_page import document
from services.cli.main import app

METRIC = re.compile(r'"(mine_[a-z_]+)"')
NO_METRICS = {"mine_data", "mine_states", "mine_session"}


def test_every_command_stands_on_the_page_with_its_exit_codes() -> None:
    page = document(typer.main.get_command(app))
    for command in ("stop", "curtail", "hold", "release", "reset", "ack", "lockout", "unlock", "why", "db repair", "status"):
        _, found, text = page.partition(f"### `mine {command}")
        assert found, command
        assert "Exit code" in text.partition("\n### ")[0], command
    assert document(typer.main.get_command(app)) == page


def test_every_metric_that_the_code_makes_is_on_the_page_and_no_other() -> None:
    code = "".join(path.read_text("utf-8") for path in Path("services").rglob("*.py") if "simulator" not in path.parts)
    made = {name.removesuffix("_total") for name in METRIC.findall(code)} - NO_METRICS
    table = Path("docs/manual/metrics.md").read_text("utf-8").partition("| Metric |")[2].partition("\n\n")[0]
    told = {name.removesuffix("_total") for name in re.findall(r"`(mine_[a-z_]+)`", table)}
    assert told == made
