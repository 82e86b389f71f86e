"""The generated list of all alarms."""

from services.cli import alarms_page
from services.shared.catalogue import CATALOGUE


def test_every_alarm_stands_there_once_with_all_that_is_known_of_it() -> None:
    page = alarms_page.document()
    for row in CATALOGUE:
        assert page.count(f"### `{row.key}`\n") == 1
        section = page.partition(f"### `{row.key}`\n")[2].partition("\n#")[0]
        assert all(
            words in section for words in (row.cause, row.consequence, row.action, f"{row.priority} priority", row.deadband)
        )
        assert all(cause.replace("{}", "<the same name>") in section for cause in row.follows)


def test_each_owner_has_one_part() -> None:
    heads = [line for line in alarms_page.document().splitlines() if line.startswith("## ")]
    assert len(set(heads)) == len(heads) == len({row.owner for row in CATALOGUE})
