"""What the controller takes for itself of what everybody hears on the bus."""

from typing import Any, cast, get_args

import pytest

from services.controller.inbox import Inbox
from services.shared.bus import Arrival
from services.shared.messages import API_VERBS, NOTIFIER_VERBS, Request, Verb


class Asked:
    """A loop that only notes what it is asked."""

    def __init__(self) -> None:
        self.verbs: list[str] = []

    def ask(self, request: Request) -> None:
        self.verbs.append(request.verb)


def heard(verb: Verb, *, retained: bool = False) -> list[str]:
    loop, nothing = Asked(), cast(Any, None)
    request = Request(id="1", verb=verb, who="anna", reason="", expires_at=0.0)
    Inbox(nothing, cast(Any, loop), nothing, nothing)._request(request, Arrival(0.0, retained, False))
    return loop.verbs


@pytest.mark.parametrize("verb", sorted(NOTIFIER_VERBS | API_VERBS))
def test_what_another_service_answers_the_controller_does_not_refuse(verb: Verb) -> None:
    assert heard(verb) == []


@pytest.mark.parametrize("verb", sorted(set(get_args(Verb)) - NOTIFIER_VERBS - API_VERBS))
def test_everything_else_is_its_own_unless_the_broker_kept_it(verb: Verb) -> None:
    assert heard(verb) == [verb]
    assert heard(verb, retained=True) == []
