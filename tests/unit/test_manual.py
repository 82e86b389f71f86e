"""The manual is true of the code."""

import re
from pathlib import Path

import pytest
import typer

from services.cli.main import app
from services.controller.core.escalation import soft_wait_s
from services.controller.core.memory import Cause
from services.controller.limits import limits_from
from services.shared.settings import environment
from services.shared.settings.sections import ALL, Power
from services.shared.settings.tree import Settings
from services.simulator.site import FAULT_KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "manual").glob("*.md"))]
IDS = [page.name for page in PAGES]


def text_of(name: str) -> str:
    return (ROOT / "docs" / "manual" / name).read_text("utf-8")


@pytest.mark.parametrize("hard_cut_on_loss", [False, True])
def test_the_soft_waits_are_those_of_the_code(hard_cut_on_loss: bool) -> None:
    limits = limits_from(Settings(power=Power(hard_cut_on_loss=hard_cut_on_loss)))
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (never|\d+ s) \|", text_of("curtailment.md"), re.MULTILINE))
    told = {cause: None if text == "never" else float(text.removesuffix(" s")) for cause, text in rows.items()}
    if hard_cut_on_loss:
        after = re.search(r"^\| `signal_lost` .*hard_cut_on_loss = yes`: (\d+) s \|$", text_of("curtailment.md"), re.MULTILINE)
        assert after is not None
        told["signal_lost"] = float(after.group(1))
    assert told == {cause.value: soft_wait_s(cause, limits) for cause in Cause if cause is not Cause.NONE}


def test_what_a_broker_of_your_own_needs_is_what_ours_has() -> None:
    needed = text_of("security.md").partition("\nA broker of your own needs ")[2].partition("\n\n")[0]
    told = set(re.findall(r"`(max_\w+ \d+)`", needed))
    assert {line.split()[0] for line in told} == {"max_inflight_messages", "max_queued_messages"}
    assert told <= set((ROOT / "mosquitto" / "mosquitto.conf").read_text("utf-8").splitlines())


def test_every_fault_of_the_simulated_site_is_told() -> None:
    assert [kind for kind in FAULT_KINDS if f"`{kind}`" not in text_of("simulated-site.md")] == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"(?<!\!)\[[^\]]+\]\(([^)#]+)\)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_that_is_named_is_there(page: Path) -> None:
    text = page.read_text("utf-8").replace("`mine drill", "").replace("`mine rehearse", "")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"(?:`|exec api |main )mine ([a-z]+)|services\.cli\.main ([a-z]+)", text)) <= {
        pair for command in commands for pair in ((command, ""), ("", command))
    }


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_variable_that_is_named_is_read(page: Path) -> None:
    compose = "".join(path.read_text() for path in ROOT.glob("docker-compose*.yml"))
    code = "".join(path.read_text() for path in (ROOT / "services").rglob("*.py") if "cli/manual" not in str(path))
    named = set(re.findall(r"\bMINE_[A-Z_]*[A-Z]\b", page.read_text("utf-8"))) - {"MINE_SIGNAL_BACKUP_URL"}
    ours = {name for name in named if any(name.startswith(f"MINE_{kind.TITLE}_") for kind in ALL)}
    assert set(environment.unknown(ALL, dict.fromkeys(ours, "x"))) <= set(re.findall(r"\bMINE_[A-Z_]+\b", compose))
    assert [name for name in sorted(named - ours) if f'"{name}"' not in code and f"${{{name}" not in compose] == []
