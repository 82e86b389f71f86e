"""The button's data."""

from services.notifier.channels.telegram_buttons import LIST, data_of, meant
from services.notifier.record import Told
from tests.drivers.chat_house import record


def test_it_is_short_and_means_its_incident_alone() -> None:
    hot, hotter, door = record("hot", "i-1"), record("hotter", "i-1"), record("door", "i-2")
    data = data_of("i-1", ["hot", "hotter"])
    assert len(data.encode()) <= 64
    assert meant(data, [hot, hotter, door]) == [hot, hotter]
    assert meant(data, [record("hot", "i-3")]) == []


def test_an_alarm_that_another_message_told_too_is_meant_by_both() -> None:
    hot = record("hot", "i-1", told_to=(Told("digest-2", "telegram", ""),))
    assert meant(data_of("digest-2", ["hot"]), [hot]) == meant(data_of("i-1", ["hot"]), [hot]) == [hot]


def test_without_an_incident_it_means_its_keys_and_beyond_six_the_list() -> None:
    records = [record(f"k{number}") for number in range(9)]
    keys = [one.key for one in records]
    data = data_of("", keys[:6])
    assert len(data.encode()) <= 64 and meant(data, records) == records[:6]
    assert data_of("", keys) == data_of("", []) == LIST
    assert meant("rel:x", records) is None and meant(LIST, records) is None
