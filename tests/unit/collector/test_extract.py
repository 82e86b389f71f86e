"""Each form finds exactly one text, or says what it found instead."""

import pytest

from services.collector import extract
from services.collector.extract import NotFound, css, json_text, json_value, regex, rss

PAGE = (
    "<html><body><div id='signal'><span class='value on'>Peak<br>alert</span></div><img id=g src='images/gauge3.jpg'>"
    "<table><tr><td>NORMAL</td></tr><tr><td>CONTROL</td></tr></table></body></html>"
)
FEED = (
    "<rss><channel>"
    "<item><title>Restored</title><pubDate>Mon, 05 Jan 2026 08:00:00 -0600</pubDate></item>"
    "<item><title>Control</title><pubDate>Mon, 05 Jan 2026 16:00:00 -0600</pubDate></item>"
    "</channel></rss>"
)


def test_a_selector_finds_the_text_or_an_attribute_of_one_element() -> None:
    assert css(PAGE, "#signal .value") == "Peak alert"
    assert css(PAGE, "#g", "src") == "images/gauge3.jpg"
    assert css(PAGE, "#signal span", "class") == "value on"


@pytest.mark.parametrize("selector", ["td", "#nothing", "[[", "#signal"])
def test_none_or_several_elements_or_a_wrong_selector_are_no_value(selector: str) -> None:
    with pytest.raises(NotFound):
        css(PAGE, selector, "alt")


def test_a_page_whose_end_is_missing_is_no_page() -> None:
    with pytest.raises(NotFound, match="cut short"):
        css(PAGE[:120], "#signal .value")


@pytest.mark.parametrize("part", ["<a ", "<a href='", "<!-- ", "<div>", "<", "<![x"])
def test_a_page_made_to_keep_a_parser_busy_is_never_parsed(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    monkeypatch.setattr(extract, "BeautifulSoup", lambda document, _parser: parsed.append(document))
    with pytest.raises(NotFound):
        css((part * 500_000)[:1_000_000], "#signal .value")
    assert not parsed


@pytest.mark.parametrize(
    ("path", "text"),
    [("data.signals[0].level", "control"), ("$.data.signals[1]", "2"), ("data.f", "2.5"), ("data.b", "true")],
)
def test_a_json_path_finds_a_text_a_number_or_a_truth_value(path: str, text: str) -> None:
    assert json_text('{"data":{"signals":[{"level":"control"},2],"f":2.5,"b":true}}', path) == text


@pytest.mark.parametrize(
    "path", ["a", "l[2]", "l[-1]", "l.0", "l", "o", "n", "l[0", "..l", "l[0]x", "t.x", "t[0]", "l[999999]", ""]
)
def test_a_json_path_to_nothing_null_or_a_structure_is_no_value(path: str) -> None:
    with pytest.raises(NotFound):
        json_text('{"l":[1,2],"o":{},"n":null,"t":"text"}', path)


@pytest.mark.parametrize("document", ["", "{", '{"a":NaN}', "[" * 100_000, "<html>", '{"a":' + "9" * 5000 + "}"])
def test_what_is_not_json_is_no_value(document: str) -> None:
    with pytest.raises(NotFound):
        json_value(document, "a")


def test_a_pattern_finds_what_its_one_match_holds() -> None:
    assert regex("Level: 3 of", r"Level: (\d)") == "3"


@pytest.mark.parametrize(("text", "pattern"), [("Level 1 Level 2", r"Level (\d)"), ("none", r"Level (\d)"), ("x", "(")])
def test_none_or_several_matches_or_a_wrong_pattern_are_no_value(text: str, pattern: str) -> None:
    with pytest.raises(NotFound):
        regex(text, pattern)


def test_a_feed_tells_its_newest_item_and_when_it_was_published() -> None:
    assert rss(FEED) == ("Control", 1767650400.0)


@pytest.mark.parametrize(
    "feed",
    ["", "<rss>", "<rss><channel></channel></rss>", FEED.replace("Mon, 05", "Once"), FEED.replace("08:00", "16:00"),
     "<!DOCTYPE x [<!ENTITY a 'b'>]>" + FEED],
)  # fmt: skip
def test_a_feed_that_is_broken_empty_undated_or_with_two_newest_items_is_no_value(feed: str) -> None:
    with pytest.raises(NotFound):
        rss(feed)
