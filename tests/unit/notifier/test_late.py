"""What is delivered late says since when, and that it is gone or over if it is by then: one message, never a stale present."""

from pathlib import Path

import pytest

from services.notifier import text
from services.notifier.channels.base import Failed
from services.notifier.words import incident_text
from services.shared.clock import Moment
from services.shared.settings.sections import General
from tests.unit.notifier.house import House
from tests.unit.notifier.test_desk import Forward, Office, at_work
from tests.unit.notifier.words import EMERGENCY, WALL_S, Owner
from tests.waiting import until

WARNED_BY = ("telegram", "email")
GONE = "gone since 2027-01-15 08:01 UTC"


def waits(office: Office, words: str) -> bool:
    """Whether what waits at each channel says so."""
    workers = office.desk.outbox.workers
    return all(any(words in row.text.subject for row in workers[name].rows.values()) for name in WARNED_BY)


async def without_a_link(office: Office, owner: Owner, clock: Forward) -> Moment:
    """The broker went away, and nobody could be told. When it did."""
    for provider in office.providers.values():
        provider.down = Failed("no route")
    began = clock.now()
    office.desk.hear(owner.says("broker_lost", cause="The broker is away.", since_at=began.wall_s))
    clock.later_s += 15.0  # no other warning joins it
    await until(lambda: waits(office, "Warning: The broker is away."))
    return began


async def with_a_link(office: Office, clock: Forward) -> None:
    for provider in office.providers.values():
        provider.down = None
    clock.later_s += 1.0
    await until(lambda: all(office.told(name) for name in WARNED_BY))


@pytest.mark.asyncio
async def test_what_went_away_while_it_waited_for_a_link_is_not_told_as_if_it_held(tmp_path: Path) -> None:
    clock, owner = Forward(), Owner("notifier")
    async with at_work(tmp_path, clock) as office:
        began = await without_a_link(office, owner, clock)
        office.desk.hear(owner.says("broker_lost", active=False, cause="The broker is away."))
        await until(lambda: waits(office, "gone since"))
        await with_a_link(office, clock)
        for name in WARNED_BY:
            ((_, message),) = office.providers[name].taken
            assert message.text.subject.startswith("[mine] Warning (gone since 20") and "away" in message.text.subject
            assert text.Site.of(General()).moment(began.wall_s) in message.text.body, "since when"


@pytest.mark.asyncio
async def test_what_was_over_before_the_link_was_back_is_one_message_that_says_so(tmp_path: Path) -> None:
    clock, owner = Forward(), Owner("notifier")
    async with at_work(tmp_path, clock) as office:
        await without_a_link(office, owner, clock)
        office.desk.hear(owner.says("broker_lost", active=False))
        await until(lambda: waits(office, "gone since"))
        clock.later_s += 3_600.0
        await until(lambda: waits(office, "ended after"))
        await with_a_link(office, clock)
        assert [len(office.told(name)) for name in WARNED_BY] == [1, 1]
        assert all("ended after" in office.told(name)[0][1] for name in WARNED_BY)


def test_that_it_is_gone_or_back_is_brought_up_to_date_at_once_and_makes_no_sound() -> None:
    house, owner = House(), Owner("notifier")
    house.hear(owner.says("broker_lost", cause="The broker is away."), 0)
    house.steps(0, 60)
    sounds = len(house.said)
    house.hear(owner.says("broker_lost", active=False, cause="The broker is away."), 61)
    house.step(61)
    assert house.edits_on("telegram") == [f"[mine] Warning ({GONE}): The broker is away."]
    house.hear(owner.says("broker_lost", cause="The broker is away."), 70)
    house.step(70)
    assert house.edits_on("telegram")[-1] == "[mine] Warning: The broker is away."
    assert len(house.said) == sounds


def test_what_is_gone_tells_neither_a_consequence_nor_hides_what_people_did() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("door"), 0)
    house.steps(0, 30)
    assert "Somebody may be inside" in house.drafts[0][1].text.body
    house.acknowledge("door", "anna", 31)
    house.hear(owner.says("door", active=False), 61)
    house.step(61)
    told = house.drafts[-1][1].text
    assert told.subject == f"[mine] Warning ({GONE}, acknowledged by anna): door is bad"
    assert "Somebody" not in told.body and "Since 2027-01-15 08:00 UTC." in told.body


def test_one_of_several_that_is_gone_is_counted() -> None:
    house, owner = House(), Owner()
    for key in ("door", "humidity_high"):
        house.hear(owner.says(key), 0)
    house.steps(0, 30)
    house.hear(owner.says("door", active=False), 61)
    told = incident_text(text.Site("mine"), list(house.records.values()), house.at(62))
    assert told.subject == "[mine] 2 warnings (1 gone): door is bad; humidity_high is bad"
    assert f"{GONE[0].upper()}{GONE[1:]}." in told.body


def test_a_contact_that_flaps_for_an_hour_edits_its_message_once_a_minute_at_most() -> None:
    house, owner = House(), Owner()
    for second in range(3_600):
        if second % 5 == 0:
            house.hear(owner.says("door", active=second % 10 == 0), second)
        house.step(second)
    assert len(house.edits_on("telegram")) <= 64


@pytest.mark.parametrize("cause", ["Smoke.", "Zone east is hot, " * 20])
def test_an_sms_says_since_when_whole_whether_it_is_long_or_repeated(cause: str) -> None:
    house = House()
    house.hear(Owner().says("smoke", kind=EMERGENCY, cause=cause, since_at=WALL_S), 0)
    house.step(0)
    said = next(draft.text for _, draft in house.drafts if draft.channel == "sms")
    for short in (said.short, text.as_repeated(said).short):
        assert short.endswith(" (since 2027-01-15 08:00 UTC)") and len(short) <= 160
