"""A folder of log files, and `mine logs` on it."""

from pathlib import Path

from typer.testing import CliRunner, Result

from services.cli.main import app

CALM = "2026-07-01T10:00:{second:02d}Z INFO {service} loop: line {second}\n"


def written(folder: Path, service: str, seconds: range, number: str = "") -> Path:
    path = folder / f"{service}.log{number}"
    path.write_text("".join(CALM.format(service=service, second=second) for second in seconds), "utf-8")
    return path


def mine(folder: Path, *words: str) -> Result:
    env = {"MINE_CONFIG": "tests/data/old_config.txt", "MINE_DATA_LOGS": str(folder)}
    return CliRunner().invoke(app, ["logs", *words], env=env)


def shown(folder: Path, *words: str) -> list[str]:
    ran = mine(folder, *words)
    assert ran.exit_code == 0, ran.output
    return [line.split(" ", 1)[0][17:19] + line.split(" ")[2][:3] for line in ran.output.splitlines()]
