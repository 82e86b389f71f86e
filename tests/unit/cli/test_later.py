"""A command loads itself when it is called; what lists the commands loads none of them."""

import subprocess
import sys

import pytest

from services.cli.broker import ROOT
from services.cli.commands import COMMANDS
from services.cli.later import loaded

RUN = (
    "import sys, services.cli.main as mine\n"
    "try: mine.app(sys.argv[1:])\n"
    "except SystemExit: print(*(name for name in sys.modules if name.startswith('services.') or name == 'aiohttp'))"
)


def modules_after(*arguments: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", RUN, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_each_command_what_it_says_of_itself(name: str) -> None:
    assert " ".join(loaded(name).help.partition("\n\n")[0].split()) == COMMANDS[name].help


@pytest.mark.parametrize("arguments", [["--help"], ["statis"]], ids=["help", "mistyped"])
def test_a_list_of_the_commands_and_a_mistyped_one_load_none_of_them(arguments: list[str]) -> None:
    assert modules_after(*arguments) == {
        "services.cli", "services.cli.main", "services.cli.completion", "services.cli.later", "services.cli.commands",
        "services.cli.answering", "services.cli.saying", "services.cli.exit_codes",
    }  # fmt: skip


def test_a_command_loads_nothing_of_the_others() -> None:
    found = modules_after("status", "--help")
    assert "services.cli.status" in found
    others = {f"services.cli.{row.module}" for row in COMMANDS.values()} - {"services.cli.status", "services.cli.setup"}
    assert found & others == set()
    assert not any(name.startswith(("services.simulator", "services.notifier", "services.controller")) for name in found)
