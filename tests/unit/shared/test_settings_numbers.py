"""A number is written with the digits 0 to 9: what only a program takes for one is refused, wherever it stands."""

from pathlib import Path

import pytest

from services.shared.settings import SettingsError, load
from services.shared.settings import sections as s

ARABIC = "\u0661\u0660"
WIDE = "\uff11\uff10"
NUMBERS = [(kind, name) for kind in s.ALL for name, field in kind.model_fields.items() if field.annotation in (int, float)]


def mistakes(folder: Path, config: str, loads: str = "") -> list[str]:
    (folder / "config.txt").write_text(config)
    if loads:
        (folder / "loads.csv").write_text(loads)
    try:
        load(folder / "config.txt", env={})
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("text", ["1_0", "1e0_1", ARABIC, WIDE, "0x10", "1 0", "ten"])
def test_what_only_a_program_takes_for_a_number_is_refused_with_what_is_allowed(tmp_path: Path, text: str) -> None:
    (found,) = mistakes(tmp_path, f"[POWER]\nresponse_deadline_minutes = {text}\n")
    assert found.endswith(f"found {text!r}; allowed: a number above 0, up to 120 (min)")


@pytest.mark.parametrize("text", ["10", "10.0", "10.", "+10", "1e1", ".5"])
def test_a_number_as_people_write_it_is_one(tmp_path: Path, text: str) -> None:
    assert mistakes(tmp_path, f"[POWER]\nresponse_deadline_minutes = {text}\n") == []


@pytest.mark.parametrize(("kind", "name"), NUMBERS)
def test_every_number_of_the_configuration_refuses_an_underscore(tmp_path: Path, kind: type[s.Section], name: str) -> None:
    title = f"{kind.TITLE} row-a" if kind.NAMED else kind.TITLE
    found = mistakes(tmp_path, f"[{title}]\n{name} = 1_0\n")
    assert any(f"[{title}] {name}: found '1_0'; allowed: a " in one for one in found)


@pytest.mark.parametrize("text", ["1_0", ARABIC, WIDE])
@pytest.mark.parametrize("column", ["kW", "priority", "efficiency_j_th", "foreman_id", "outlet", "pdu"])
def test_every_number_of_the_loads_refuses_it_too(tmp_path: Path, column: str, text: str) -> None:
    row = {"name": "m-1", "kind": "outlet", "kW": "3", "priority": "5", "efficiency_j_th": "20", "foreman_id": "7"}
    row |= {"pdu": "1", "outlet": "1", column: text}
    found = mistakes(tmp_path, "[APIS]\npdu_ip = 10.0.0.1\n", f"{','.join(row)}\n{','.join(row.values())}\n")
    assert [one.split(";")[0] for one in found] == [f"loads.csv line 2: column {column.lower()}: found {text!r}"]


@pytest.mark.parametrize(
    "config",
    [
        f"[APIS]\npdu_ip = 10.0.0.1:{ARABIC}\n",
        f"[NOTIFICATIONS]\nchannel_test = mon {ARABIC}:00\n",
        f"[SCHEDULE peak]\nbegins = {ARABIC}:00\nends = 19:00\n",
        f"[HTTP_LOADS row-c]\nurl = http://{{address}}\nrange = 10.0.0.1-10.0.0.2:{ARABIC}\nkw = 2.5\n",
    ],
)
def test_ports_and_times_of_day_have_plain_digits_too(tmp_path: Path, config: str) -> None:
    assert len(mistakes(tmp_path, config)) == 1
