"""What people read."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.notifier import alarms, answers, text, words
from services.notifier.message import Text
from services.notifier.record import Phase, Record
from tests.unit.notifier.words import EMERGENCY, RULES, WALL_S, Owner, at

MINE = text.Site("mine", ZoneInfo("America/Chicago"))


def record(cause: str = "Zone east is at 41 °C") -> Record:
    found = alarms.heard(None, Owner().says("hot", kind=EMERGENCY, cause=cause, since_at=WALL_S), at(0), RULES)
    assert found is not None
    return found


def said(*records: Record) -> Text:
    return words.incident_text(MINE, records, at(0))


def test_an_sms_is_one_segment_of_plain_characters() -> None:
    message = said(record("Zone “east” is at 41 °C — " + "very " * 60 + "hot"))
    assert len(message.short) <= 160
    assert message.short.isascii()
    assert message.short.startswith("(mine) EMERGENCY: Zone east is at 41 C - very")
    assert len(text.as_repeated(message).short) <= 160


def test_a_cause_of_several_lines_forges_no_header() -> None:
    assert "\n" not in said(record("hot\r\nBcc: all@example.test")).subject


def test_the_body_names_consequence_action_and_since_when() -> None:
    found = replace(record(), consequence="Miners shut down.", action="Open the doors.")
    assert said(found).body == "Miners shut down.\nTo do: Open the doors.\nSince 2027-01-15 02:00 CST."


def together(message: Text) -> str:
    """As where headline and body are one text."""
    return f"{message.headline}\n{message.body}"


def test_a_message_says_each_thing_once() -> None:
    told = alarms.raised(replace(record("Smoke."), consequence="Load is off."), (), at(0))
    seen = answers.acknowledged(told, "anna", WALL_S + 60, at(1))
    over = replace(told, key="other", cause="Water.", phase=Phase.RETURNED, ended_at=WALL_S + 300)
    for records in ([told], [seen], [over], [told, over], [seen, over], [alarms.escalated(told, at(1))]):
        for message in (
            words.incident_text(MINE, records, at(300)), words.ended_text(MINE, records, at(300)),
            words.moved_text(MINE, records, at(300)), words.unanswered_text(MINE, records, WALL_S, "bob", at(300)),
        ):  # fmt: skip
            text_ = together(message).lower()
            assert [text_.count(one.cause.lower()) for one in records] == [1] * len(records), text_
            assert all(text_.count(word) <= 1 for word in ("not acknowledged", "acknowledged by anna", "ended after")), text_
            assert all(one.cause in message.subject for one in records), "where it stands alone it says all"


def test_a_cause_that_no_headline_holds_stands_whole_below_it() -> None:
    cause = "Zone east is hot, " * 20 + "and that is all"
    message = said(record(cause))
    assert message.subject.endswith("...") and message.body.startswith(f"{cause}\n")


def test_a_message_of_five_hundred_alarms_is_short_and_says_how_many_it_leaves_out() -> None:
    message = said(*(replace(record(f"{number} " + "x" * 5_000), key=f"fault-{number}") for number in range(500)))
    assert len(message.body) <= 3_500 and len(message.subject) <= 200
    assert message.subject.startswith("[mine] 500 EMERGENCIES: 0 xxx")


def test_what_anna_does_and_until_when_is_said() -> None:
    seen = answers.acknowledged(alarms.raised(record(), (), at(0)), "anna", WALL_S + 60, at(1))
    assert said(seen).subject == "[mine] EMERGENCY (acknowledged by anna): Zone east is at 41 °C"
    put = answers.shelved(seen, "anna", WALL_S + 60)
    assert "shelved by anna until 2027-01-15 02:01 CST" in said(put).subject
    assert "Shelved by anna until 2027-01-15 02:01 CST." in said(put, replace(put, key="other")).body


def test_an_end_says_what_ended_how_long_and_since_when_and_nothing_to_do() -> None:
    told = alarms.raised(replace(record("Smoke."), consequence="Load is off.", action="Call the fire brigade."), (), at(0))
    over = replace(told, phase=Phase.RETURNED, ended_at=WALL_S + 300)
    for message, head in ((words.ended_text(MINE, [over], at(300)), "Ended after 5 min"), (said(over), "ended after 5 min")):
        assert message.body == "Since 2027-01-15 02:00 CST."
        assert message.subject.count("5 min") == 1 and head in message.subject
    both = words.ended_text(MINE, [over, replace(over, key="other", cause="Water.")], at(300))
    assert both.subject == "[mine] 2 alarms ended: Smoke.; Water."
    assert both.body.startswith("Smoke.\nSince 2027-01-15 02:00 CST, ended after 5 min") and "fire" not in both.body


def test_the_last_of_several_to_stand_keeps_its_instructions_beside_what_ended() -> None:
    told = alarms.raised(replace(record("Smoke."), action="Call the fire brigade."), (), at(0))
    over = replace(told, key="other", cause="Hot.", action="Open the doors.", phase=Phase.RETURNED, ended_at=WALL_S + 300)
    assert "fire brigade" in said(told, over).body and "Open the doors" not in said(told, over).body


def test_a_clock_that_was_set_meanwhile_tells_no_duration() -> None:
    assert words.lasted(replace(record(), ended_at=WALL_S + 95)) == "1 min 35 s"
    assert words.lasted(replace(record(), ended_at=WALL_S - 95)) == "an unknown time"
    assert words.lasted(replace(record(), since_at=100.0, ended_at=WALL_S)) == "an unknown time"


@given(st.lists(st.text(), min_size=1, max_size=8), st.floats(allow_nan=False))
def test_any_words_make_a_message_that_every_way_can_carry(causes: list[str], since_at: float) -> None:
    records = [replace(record(cause), key=f"key-{number}", since_at=since_at) for number, cause in enumerate(causes)]
    for message in (
        said(*records), words.ended_text(MINE, records, at(0)), words.still_text(MINE, records, at(0)),
        words.unanswered_text(MINE, records, since_at, "bob", at(0)), words.moved_text(MINE, records, at(0)),
    ):  # fmt: skip
        assert message.subject.isprintable() and len(message.subject) <= 200
        assert len(message.body) <= 3_500 and len(message.short) <= 160 and message.short.isascii()
