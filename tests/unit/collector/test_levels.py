"""Text to level: only the operator's vocabulary, only as a whole; everything else is unknown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.collector.levels import level_of, normalise, text_for_people
from services.shared.settings.sections import SignalSource
from services.shared.vocabulary import Level

WORDS = SignalSource().vocabulary
NUMBERS = (("0", "normal"), ("1", "watch"), ("2..9", "control"), ("-3 .. -1.5", "emergency"))


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("NORMAL", Level.NORMAL),
        ("  Full\n Load\u00a0Control&nbsp;", Level.CONTROL),
        ("no control", Level.NORMAL),
        ("control", Level.CONTROL),
        ("Peak Alert", Level.ALERT),
        ("EEA3", Level.EMERGENCY),
    ],
)
def test_a_word_of_the_vocabulary_is_its_level_whatever_its_case_and_white_space(text: str, level: Level) -> None:
    assert level_of(text, WORDS).level is level


@pytest.mark.parametrize(
    "text",
    ["", " \u00a0 ", "control level", "not normal", "normal operations are suspended", "nor mal", "no", "0", "null", "normal."],
)
def test_a_text_that_is_only_part_of_the_vocabulary_is_unknown_with_a_reason(text: str) -> None:
    judged = level_of(text, WORDS)
    assert judged.level is Level.UNKNOWN
    assert judged.reason


@pytest.mark.parametrize(
    ("text", "level"),
    [("0", Level.NORMAL), ("0.0", Level.NORMAL), ("+1", Level.WATCH), ("2", Level.CONTROL), ("9", Level.CONTROL),
     ("5.5", Level.CONTROL), ("-2", Level.EMERGENCY)],
)  # fmt: skip
def test_a_number_is_the_level_of_its_number_or_range(text: str, level: Level) -> None:
    assert level_of(text, NUMBERS).level is level


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "-inf", "1.5", "9.01", "10", "-1", "1e0", "0x0", "٠", "2..9", "1,0", "9" * 400, "--1"]
)
def test_numbers_in_a_gap_out_of_range_or_not_numbers_at_all_are_unknown(text: str) -> None:
    vocabulary = tuple(pair for pair in NUMBERS if ".." not in pair[0] or text != "2..9")
    assert level_of(text, vocabulary).level is Level.UNKNOWN


def test_where_two_ranges_overlap_the_more_severe_level_counts() -> None:
    assert level_of("5", (("0..9", "normal"), ("5..9", "control"))).level is Level.CONTROL


@settings(derandomize=True, max_examples=500)
@given(st.one_of(st.text(), st.sampled_from([word for word, _ in WORDS]).flatmap(lambda w: st.text().map(lambda t: t + w + t))))
def test_no_text_outside_the_vocabulary_ever_yields_a_level(text: str) -> None:
    known = {normalise(word) for word, _ in WORDS}
    assert (level_of(text, WORDS).level is not Level.UNKNOWN) == (normalise(text) in known)


def test_a_foreign_text_is_shown_on_one_line_short_and_without_control_characters() -> None:
    assert text_for_people("a\x1b[31m\n b" + "x" * 500, 10) == "a[31m bxxx"
