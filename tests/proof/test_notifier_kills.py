"""No emergency is lost, and none comes twice without a mark, wherever in the writing of the outbox the notifier is killed."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.proof.extent import extent
from tests.proof.notifier_kills import campaign, summary
from tests.proof.notifier_lives import ORDER
from tests.proof.notifier_site import Site, Taken

KILLS = extent(30, 1_000)


@pytest.mark.timeout(extent(240, 3_600))
def test_a_killed_notifier_loses_nothing_and_repeats_only_what_it_marks(tmp_path: Path) -> None:
    site, found = asyncio.run(campaign(tmp_path, KILLS, random.Random()))
    print(f"{KILLS} kills, {summary(site)}")  # noqa: T201
    assert not found
    assert len(site.taken) > 4 * KILLS, "each life does something"


def test_the_proof_sees_what_is_lost_what_is_doubled_and_what_answers_nothing() -> None:
    site = Site(random.Random(), words={"smoke-00001": ORDER[-1]})
    whole = "[mine] Ended after 5 s: smoke-00001"
    for channel, recipient in (("telegram", "ann"), ("telegram", "bob"), ("email", ""), ("sms", "+1")):
        site.taken.append(Taken(channel, recipient, "post", "smoke-00001", "", whole))
    assert not site.faults()
    site.taken.append(Taken("email", "", "post", "smoke-00001", "", "(repeated) " + whole))
    assert not site.faults()
    site.taken.append(Taken("email", "", "post", "smoke-00001", "", whole))
    site.taken.append(Taken("telegram", "ann", "edit", "smoke-00001", "telegram-smoke-00001-bob", whole))
    site.taken.append(Taken("sms", "+1", "reply", "smoke-00002", "sms-smoke-00002-+1", whole))
    del site.taken[1]
    assert [fault.partition(":")[0] for fault in site.faults()] == [
        "telegram bob", "telegram bob", "2 times without a mark",
        "answers what was never posted", "answers what was never posted",
    ]  # fmt: skip
