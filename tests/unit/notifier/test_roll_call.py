"""Which services are heard: by a ping, by what they say of the plant; and since when one is not."""

from typing import Any

from services.notifier.roll_call import RollCall
from services.shared.bus import Arrival, Foreign
from services.shared.messages import Presence
from tests.unit.notifier.words import EMERGENCY, Owner, at

EVERYONE = ("collector", "controller", "api")


class Roll:
    """A roll call, and who pings."""

    def __init__(self, lost: tuple[str, ...] = ()) -> None:
        self.roll = RollCall(lost=lost)

    def ping(self, *services: str, mono_s: float) -> None:
        for service in services:
            self.roll.take_ping(Foreign(f"mine/1/mine/ping/{service}-1234-5678", b"", mono_s, False, False))

    def presence(self, service: str, state: Any, mono_s: float, boot: str = "boot-1") -> None:
        self.roll.take_presence(Presence(state=state, version="1", source=service, boot=boot), Arrival(mono_s, False, False))

    def silent(self, mono_s: float, *, connected: bool = True) -> dict[str, float | None]:
        return dict(self.roll.silent(at(mono_s), connected=connected))


def test_who_is_lost_and_when_each_service_was_heard_can_be_asked() -> None:
    one = Roll()
    one.ping("collector", "api", mono_s=90)
    one.silent(0)
    assert one.silent(95) == {"controller": 0}, "never heard: it could have been since the broker was there"
    assert one.roll.lost == ("controller",)
    assert one.roll.heard_ago_s(at(95)) == {"collector": 5.0, "controller": None, "api": 5.0}


def test_a_loss_is_dated_by_the_last_that_was_heard_not_by_when_it_was_noticed() -> None:
    one = Roll()
    one.ping(*EVERYONE, mono_s=3)
    one.silent(3)
    one.ping("controller", "api", mono_s=62)
    assert one.silent(64) == {"collector": 3}
    one.presence("api", "offline", 66)
    assert one.silent(77) == {"collector": 3, "api": 62}


def test_a_service_is_silent_since_it_was_heard_also_where_the_broker_was_away_meanwhile() -> None:
    one = Roll()
    one.ping(*EVERYONE, mono_s=5)
    one.silent(5)
    assert one.silent(12, connected=False) == {}
    one.silent(20)
    one.ping("collector", "api", mono_s=79)
    assert one.silent(80) == {"controller": 5}


def test_what_a_silent_service_says_of_the_plant_is_a_sign_of_its_life_if_it_says_it_now() -> None:
    one, owner = Roll(), Owner("controller")
    one.ping(*EVERYONE, mono_s=0)
    one.silent(0)
    one.ping("collector", "api", mono_s=60)
    assert set(one.silent(60)) == {"controller"}
    word = owner.says("trip_stop", True, EMERGENCY).model_copy(update={"host_boot": "this-boot", "sent_at": at(40).wall_s})
    one.roll.take_word(word, at(61))
    assert set(one.silent(61)) == {"controller"}, "it waited in the broker: said long ago"
    one.roll.take_word(word.model_copy(update={"sent_at": at(62).wall_s - 0.01}), at(62))
    assert one.silent(62) == {}


def test_what_was_silent_when_an_earlier_process_ended_is_until_it_is_heard() -> None:
    one = Roll(lost=("api", "door"))
    assert set(one.silent(1)) == {"api"}
    one.ping("api", mono_s=2)
    assert one.silent(3) == {}


def test_a_service_that_comes_with_another_boot_began_anew_then() -> None:
    one = Roll()
    one.presence("controller", "online", 0, "boot-1")
    assert one.roll.began_anew_s("controller", "boot-1", at(500)) is None
    one.presence("controller", "online", 600, "boot-2")
    assert one.roll.began_anew_s("controller", "boot-1", at(660)) == 60
    assert one.roll.began_anew_s("ghost", "boot-1", at(660)) is None
