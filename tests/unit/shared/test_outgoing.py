"""The backlog: what waits, in which order it goes, what an outage turns into history, and its bound."""

import json

from services.shared.messages import Event, Message, Presence, Reading, State
from services.shared.outgoing import MEASURED, RECENT, Item, Outgoing
from services.shared.vocabulary import Quality


def reading(seq: int, topic: str = "t") -> Item:
    message = Reading(
        subject=("d", "q"), seq=seq, device="d", quantity="q", value=float(seq), unit="W", quality=Quality.GOOD,
        poll_started_mono_s=0.0, measured_at=0.0,
    )  # fmt: skip
    return Item(seq, topic, message.model_dump_json(by_alias=True).encode(), True, Reading)


def other(seq: int, kind: type[Message], topic: str = "o") -> Item:
    return Item(seq, topic, b"{}", kind.RETAIN, kind)


def drained(outgoing: Outgoing) -> list[Item]:
    items = []
    while (item := outgoing.next()) is not None:
        items.append(item)
    return items


def out_and_acknowledged(outgoing: Outgoing) -> None:
    for mid, item in enumerate(drained(outgoing)):
        outgoing.sent(mid, item)
    for mid in range(len(outgoing._in_flight)):
        outgoing.acknowledged(mid)


def numbers(items: list[Item]) -> list[int]:
    return [item.seq for item in items]


def test_messages_go_out_in_the_order_they_came() -> None:
    outgoing = Outgoing(10)
    for seq in (1, 2, 3):
        outgoing.put(reading(seq))
    assert numbers(drained(outgoing)) == [1, 2, 3]


def test_no_more_than_the_window_is_unacknowledged() -> None:
    outgoing = Outgoing(10, window=2)
    for seq in (1, 2, 3):
        outgoing.put(reading(seq))
    for mid in (11, 12):
        item = outgoing.next()
        assert item is not None
        outgoing.sent(mid, item)
    assert outgoing.next() is None
    outgoing.acknowledged(11)
    assert numbers(drained(outgoing)) == [3]


def test_after_an_outage_the_newest_reading_goes_first_and_live_and_the_others_follow_as_history() -> None:
    outgoing = Outgoing(10)
    for seq in (1, 2, 3):
        outgoing.put(reading(seq))
    outgoing.reconnected()
    live = drained(outgoing)
    outgoing.release()
    items = live + drained(outgoing)
    assert numbers(items) == [3, 1, 2]
    assert [(json.loads(payload)["hist"], retain) for payload, retain in (item.on_the_wire() for item in items)] == [
        (False, True),
        (True, False),
        (True, False),
    ]


def test_what_was_not_acknowledged_goes_again_and_a_live_message_overtakes_history() -> None:
    outgoing = Outgoing(10)
    for seq in (1, 2):
        outgoing.put(reading(seq))
    for mid, item in enumerate(drained(outgoing)):
        outgoing.sent(mid, item)
    outgoing.reconnected()
    outgoing.release()
    outgoing.put(reading(3))
    assert numbers(drained(outgoing)) == [2, 3, 1]


def test_history_interrupted_by_a_second_outage_stays_history_and_in_order() -> None:
    outgoing = Outgoing(10, window=2)
    for seq in (1, 2, 3, 4):
        outgoing.put(reading(seq))
    outgoing.reconnected()
    outgoing.release()
    for mid in (1, 2):
        item = outgoing.next()
        assert item is not None
        outgoing.sent(mid, item)
    outgoing.reconnected()
    outgoing.release()
    items = drained(outgoing)
    assert numbers(items) == [4, 1, 2, 3]
    assert [item.late for item in items] == [False, True, True, True]


def test_all_that_is_retained_is_renewed_at_each_connect_and_nothing_else() -> None:
    outgoing = Outgoing(10)
    outgoing.put(reading(1))
    outgoing.put(other(2, Event))
    for mid, item in enumerate(drained(outgoing)):
        outgoing.sent(mid, item)
        outgoing.acknowledged(mid)
    assert len(outgoing) == 0
    outgoing.reconnected()
    assert numbers(drained(outgoing)) == [1]


def test_events_of_an_outage_all_go_out_and_of_a_state_only_the_newest() -> None:
    outgoing = Outgoing(10)
    for seq in (1, 2):
        outgoing.put(other(seq, State, "state"))
    for seq in (3, 4):
        outgoing.put(other(seq, Event, "event"))
    outgoing.reconnected()
    assert numbers(drained(outgoing)) == [2, 3, 4]


def test_a_full_backlog_drops_history_before_live_and_the_oldest_first() -> None:
    outgoing = Outgoing(3)
    for seq in (1, 2, 3):
        outgoing.put(reading(seq))
    outgoing.reconnected()
    outgoing.release()
    for seq in (4, 5, 6):
        outgoing.put(other(seq, Event))
    assert outgoing.dropped == 2
    assert numbers(drained(outgoing)) == [3, 4, 5, 6]


def test_a_flood_stays_within_the_bound() -> None:
    outgoing = Outgoing(100)
    for seq in range(10_000):
        outgoing.put(other(seq, Event))
    assert len(outgoing) == 100
    assert outgoing.dropped == 9_900
    assert numbers(drained(outgoing)) == list(range(9_900, 10_000))


def test_an_acknowledgement_of_nothing_is_ignored() -> None:
    outgoing = Outgoing(3)
    outgoing.acknowledged(77)
    assert len(outgoing) == 0


def test_history_is_held_until_everybody_listens_again_and_what_went_out_live_meanwhile_is_sent_again() -> None:
    outgoing = Outgoing(10)
    for seq in (1, 2):
        outgoing.put(reading(seq))
    outgoing.reconnected()
    outgoing.put(reading(3))
    out_and_acknowledged(outgoing)
    outgoing.release()
    items = drained(outgoing)
    assert [(item.seq, item.late) for item in items] == [(1, True), (2, True), (3, True)]


def test_what_the_broker_took_just_before_it_died_is_sent_again_as_history_and_only_once() -> None:
    outgoing = Outgoing(10)
    outgoing.release()
    outgoing.put(reading(1))
    outgoing.put(reading(2, "u"))
    out_and_acknowledged(outgoing)
    outgoing.reconnected()
    out_and_acknowledged(outgoing)
    outgoing.release()
    assert [(item.seq, item.late) for item in drained(outgoing)] == [(1, True), (2, True)]


def test_only_the_last_acknowledged_readings_are_remembered() -> None:
    outgoing = Outgoing(10_000)
    outgoing.release()
    for seq in range(1000):
        outgoing.put(reading(seq))
        out_and_acknowledged(outgoing)
    outgoing.reconnected()
    outgoing.release()
    assert len(outgoing) == RECENT + 1


def test_a_device_that_names_what_it_measures_anew_each_time_fills_no_memory() -> None:
    outgoing = Outgoing(10)
    outgoing.put(other(1, State, "state"))
    for seq in range(2, MEASURED + 1_000):
        outgoing.put(reading(seq, f"reading/{seq}"))
        drained(outgoing)
    outgoing.put(other(MEASURED + 1_000, Presence, "presence"))
    outgoing.reconnected()
    renewed = drained(outgoing)
    assert len(renewed) == MEASURED + 1
    assert {renewed[0].topic, renewed[-1].topic} == {"state", "presence"}
