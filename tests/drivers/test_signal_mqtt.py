"""The signal on the broker: ages from receipt, the first message after a connect waits for a second, the worst topic counts."""

from zoneinfo import ZoneInfo

import pytest

from services.collector.drivers.listening import MAX_TOPICS
from services.collector.drivers.signal_mqtt import SignalMqtt
from services.controller.senses import Senses
from services.shared.clock import Clock, host_boot
from services.shared.device import Unreachable
from services.shared.messages import Signal
from services.shared.settings.sections import SignalSource
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Level
from tests.drivers.foreign import FakeTopics


def signal_on(topics: FakeTopics, topic: str = "utility/signal", form: str = "text", **keys: object) -> SignalMqtt:
    keys = {"heartbeat_minutes": 0.05 / 60, **keys}
    source = SignalSource.model_validate({"kind": "mqtt", "topic": topic, "form": form, **keys})
    return SignalMqtt("grid", source, topics=topics, clock=Clock("yes"), zone=ZoneInfo("America/Chicago"))


async def read(driver: SignalMqtt) -> Signal:
    (signal,) = await driver.poll(0.0)
    assert isinstance(signal, Signal)
    return signal


@pytest.mark.asyncio
async def test_a_message_tells_a_level_as_old_as_its_receipt() -> None:
    topics = FakeTopics()
    driver = signal_on(topics)
    before = Clock().now().mono_s
    topics.say("utility/signal", "Control")
    signal = await read(driver)
    assert (signal.level, signal.name) == (Level.CONTROL, "grid")
    assert before <= signal.poll_started_mono_s <= Clock().now().mono_s


@pytest.mark.asyncio
@pytest.mark.parametrize("how", ["first", "retained"])
async def test_the_first_message_after_a_connect_tells_nothing_until_a_second_one_comes(how: str) -> None:
    topics = FakeTopics()
    driver = signal_on(topics)
    topics.say("utility/signal", "normal", first=how == "first", retained=how == "retained")
    with pytest.raises(Unreachable, match="'normal', may be old"):
        await read(driver)
    topics.say("utility/signal", "control")
    assert (await read(driver)).level is Level.CONTROL


@pytest.mark.asyncio
async def test_silence_for_the_heartbeat_is_a_lost_device_again_and_again_and_a_message_ends_it() -> None:
    topics = FakeTopics()
    driver = signal_on(topics)
    for _ in range(3):
        with pytest.raises(Unreachable, match="nothing on utility/signal"):
            await read(driver)
    topics.say("utility/signal", "watch")
    assert (await read(driver)).level is Level.WATCH


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("said", "level"),
    [
        (["normal", "control"], Level.CONTROL),
        (["control", "normal"], Level.CONTROL),
        (["normal", "gibberish"], Level.UNKNOWN),
        (["control", "gibberish"], Level.CONTROL),
        (["control", "emergency"], Level.EMERGENCY),
        (["normal", "watch"], Level.WATCH),
    ],
)
async def test_where_topics_disagree_the_worst_one_counts(said: list[str], level: Level) -> None:
    topics = FakeTopics()
    driver = signal_on(topics, "utility/+/signal")
    for number, text in enumerate(said):
        topics.say(f"utility/{number}/signal", text)
    assert (await read(driver)).level is level


@pytest.mark.asyncio
async def test_a_topic_under_control_that_falls_silent_keeps_its_say_with_its_age() -> None:
    topics = FakeTopics()
    driver = signal_on(topics, "utility/#")
    topics.say("utility/a", "control")
    first = await read(driver)
    topics.say("utility/b", "normal")
    second = await read(driver)
    assert (second.level, second.poll_started_mono_s) == (Level.CONTROL, first.poll_started_mono_s)


@pytest.mark.asyncio
@pytest.mark.parametrize("payload", [b"", b"\xff\x00\xfe", b"normal" + b" " * 70_000, b"[" * 60_000, b"NaN", b'{"level":NaN}'])
@pytest.mark.parametrize("form", ["text", "json", "regex", "target"])
async def test_garbage_is_unknown_with_a_reason(payload: bytes, form: str) -> None:
    topics = FakeTopics()
    driver = signal_on(topics, form=form, path="level" if form == "json" else "(^control$)")
    topics.say("utility/signal", payload)
    signal = await read(driver)
    assert signal.level is Level.UNKNOWN
    assert signal.reason


@pytest.mark.asyncio
async def test_a_broker_full_of_topics_does_not_fill_the_memory() -> None:
    topics = FakeTopics()
    driver = signal_on(topics, "utility/#")
    for number in range(MAX_TOPICS):
        topics.say(f"utility/{number}", "normal")
    topics.say("utility/one-too-many", "control")
    assert (await read(driver)).level is Level.NORMAL


@pytest.mark.asyncio
async def test_a_target_document_and_a_json_path_are_read() -> None:
    topics = FakeTopics()
    driver = signal_on(topics, form="target")
    topics.say("utility/signal", f'{{"target":0,"timestamp":{int(Clock().now().wall_s)}}}')
    assert (await read(driver)).level is Level.CONTROL
    driver = signal_on(topics, form="json", path="a[0].state", target_path="kw")
    topics.say("utility/signal", '{"a":[{"state":"PEAK"}],"kw":150}')
    signal = await read(driver)
    assert (signal.level, signal.target_kw) == (Level.CONTROL, 150.0)


BESIDE = {"target_path": "kw", "drop_path": "by", "from_path": "from", "until_path": "until", "event_path": "id"}


@pytest.mark.asyncio
async def test_a_planned_event_is_read_from_a_message() -> None:
    topics = FakeTopics()
    driver = signal_on(topics, form="json", path="level", **BESIDE)
    topics.say("utility/signal", '{"level":"control","kw":150,"from":"2026-07-14T16:00","until":1784073600,"id":7}')
    signal = await read(driver)
    assert (signal.target_kw, signal.from_at, signal.until_at, signal.event_id) == (150.0, 1784062800.0, 1784073600.0, "7")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("said", "winner"),
    [
        (['"kw":400', '"kw":200'], 1),
        (['"kw":200', '"from":0'], 1),
        (['"by":900', '"kw":200'], 1),
        (['"by":100', '"by":900'], 1),
        (['"kw":0,"from":"2098-01-01"', '"kw":900'], 0),
        (['"kw":0,"from":%(soon)d', '"kw":900'], 1),
        (['"kw":0,"until":%(over)d', '"kw":900'], 1),
    ],
    ids=["lower target", "all off", "target before drop", "larger drop", "no believable begin", "begins later", "is over"],
)
async def test_of_topics_under_control_the_one_in_force_that_allows_less_counts(said: list[str], winner: int) -> None:
    topics = FakeTopics()
    driver = signal_on(topics, "utility/#", form="json", path="level", **BESIDE)
    now_s = int(Clock().now().wall_s)
    times = {"soon": now_s + 3600, "over": now_s - 3600}
    for number, text in enumerate(one % times for one in said):
        topics.say(f"utility/{number}", f'{{"level":"control","id":"{number}",{text}}}')
    assert (await read(driver)).event_id == str(winner)


@pytest.mark.asyncio
async def test_the_release_of_one_topic_is_news_to_the_controller_although_another_spoke_before_the_control() -> None:
    topics, senses, told = FakeTopics(), Senses(Settings()), list[Signal]()
    driver = signal_on(topics, "utility/#", heartbeat_minutes=1)
    for topic, text in (("b", "normal"), ("a", "control"), ("a", "normal"), ("a", "normal"), ("b", "normal")):
        topics.say(f"utility/{topic}", text)
        told.append(await read(driver))
        senses.take_signal(told[-1].model_copy(update={"host_boot": host_boot()}))
        (seen,) = senses.signals()
        assert (seen.level, seen.mono_s) == (told[-1].level, told[-1].poll_started_mono_s)
    assert [one.level for one in told] == [Level.NORMAL, Level.CONTROL, Level.NORMAL, Level.NORMAL, Level.NORMAL]
    begun, control, release, again, both = (one.poll_started_mono_s for one in told)
    assert begun < control < release == again < both  # it does not grow young again without the silent topic


@pytest.mark.asyncio
async def test_a_milder_control_that_is_left_over_is_news_too() -> None:
    topics = FakeTopics()
    driver = signal_on(topics, "utility/#", form="json", path="level", heartbeat_minutes=1, **BESIDE)
    told = []
    for topic, text in (("b", '"control","kw":300'), ("a", '"control","kw":100'), ("a", '"normal"')):
        topics.say(f"utility/{topic}", f'{{"level":{text}}}')
        told.append(await read(driver))
    assert [one.target_kw for one in told] == [300.0, 100.0, 300.0]
    assert told[1].poll_started_mono_s < told[2].poll_started_mono_s


@pytest.mark.asyncio
async def test_a_release_that_needs_the_word_of_a_topic_silent_beyond_its_heartbeat_is_unknown_until_that_speaks() -> None:
    topics = FakeTopics()
    driver = signal_on(topics, "utility/#", heartbeat_minutes=0.5 / 60)
    topics.say("utility/b", "normal")
    assert (await read(driver)).level is Level.NORMAL
    with pytest.raises(Unreachable):
        await read(driver)
    topics.say("utility/a", "control")
    control = await read(driver)
    for _ in range(2):
        topics.say("utility/a", "normal")
        silent = await read(driver)
        assert (silent.level, silent.reason.partition(" for ")[0]) == (Level.UNKNOWN, "nothing on utility/b")
        assert control.poll_started_mono_s < silent.poll_started_mono_s
    topics.say("utility/b", "normal")
    assert (await read(driver)).level is Level.NORMAL
