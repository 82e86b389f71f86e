"""Updates as Telegram gives them, and whatever else comes by that way."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.chat.admission import Freshness, allowed
from services.notifier.chat.updates import Press, Words, number_of, read
from services.shared.clock import Moment
from services.shared.settings import Settings
from services.shared.settings import sections as s

MESSAGE: dict[str, Any] = {
    "message_id": 3, "date": 1_800_000_000, "text": "/ack", "from": {"id": 7, "is_bot": False},
    "chat": {"id": -5, "type": "group"},
}  # fmt: skip
FIELDS = ["update_id", "message", "callback_query", "from", "id", "chat", "date", "text", "data", "message_id"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner),
    max_leaves=20,
)  # fmt: skip


def test_a_message_is_who_where_when_and_what() -> None:
    assert read({"update_id": 1, "message": MESSAGE}) == Words(7, -5, 3, 1.8e9, "/ack", True, False, False)
    private = {**MESSAGE, "chat": {"id": 7, "type": "private"}}
    heard = read({"update_id": 1, "edited_message": private})
    assert isinstance(heard, Words) and heard.edited and not heard.in_group


@pytest.mark.parametrize("field", ["forward_origin", "forward_date", "forward_from", "forward_from_chat", "via_bot"])
def test_what_somebody_else_wrote_is_foreign(field: str) -> None:
    heard = read({"message": {**MESSAGE, field: {}}})
    assert isinstance(heard, Words) and heard.foreign


@pytest.mark.parametrize(
    "update",
    [
        {"message": {**MESSAGE, "sender_chat": {"id": -100}}}, {"message": {**MESSAGE, "from": {"id": 7, "is_bot": True}}},
        {"channel_post": MESSAGE}, {"message": {**MESSAGE, "from": None}}, {"message": {**MESSAGE, "date": True}}, None, [], 5,
        {"callback_query": {"id": "1", "from": {"id": 7}}}, {"callback_query": {"id": 1, "from": {"id": 7}, "data": "x"}},
        {"message": {**MESSAGE, "from": {"id": 2**60}}},
    ],
)  # fmt: skip
def test_a_channel_a_bot_and_garbage_are_nobody(update: Any) -> None:
    assert read(update) is None


def test_a_button_below_a_message_that_is_too_old_to_be_named_is_heard() -> None:
    assert read({"callback_query": {"id": "9", "from": {"id": 7}, "data": "ack:x"}}) == Press(7, None, None, "9", "ack:x")


@given(JSON)
def test_nothing_that_comes_can_break_the_reading(update: Any) -> None:
    read(update)
    number_of(update)


def test_only_numbers_are_on_the_list_and_persons_have_their_names() -> None:
    told = s.Notifications.model_construct(telegram_users=("8", "7", "@bob", "-5", "٣", "0"))  # as if nothing had been checked
    persons = {"anna": s.Person(telegram="7"), "carl": s.Person.model_construct(telegram=" 9")}
    people = allowed(Settings(notifications=told, persons=persons))
    assert people == {8: "8 (telegram)", 7: "anna (telegram)", 9: "carl (telegram)"}


def test_old_is_over_two_minutes_by_a_trusted_calendar() -> None:
    fresh, now = Freshness(), Moment(1_000.0, 1.8e9, True, "b")
    assert not fresh.is_old(1.8e9 - 120, now) and fresh.is_old(1.8e9 - 121, now)
    assert not fresh.is_old(1.8e9 + 60, now)  # Telegram's clock is a little before ours


def test_a_calendar_that_is_wrong_or_not_trusted_leaves_the_time_between_two_polls() -> None:
    for moment in (Moment(1_000.0, 5.0, False, "b"), Moment(1_000.0, 1.7e9, True, "b")):
        fresh = Freshness()
        fresh.polled(moment)
        assert fresh.is_old(1.8e9, moment)  # what waited before the first poll may be of any age
        fresh.polled(Moment(1_050.0, moment.wall_s, moment.wall_trusted, "b"))
        assert not fresh.is_old(1.8e9, moment)
        fresh.polled(Moment(1_200.0, moment.wall_s, moment.wall_trusted, "b"))
        assert fresh.is_old(1.8e9, moment)
