"""No secret of ours and none of a device's own passes into what is shown, however it is quoted, cut or repeated."""

import base64
import html
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.shared.raw_text import MOST_BYTES, Plain, answered, asked
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings

KEY, WRITE, TOKEN, LOGIN, QUERY = 'Fore"man/Key<7>', "switch-me", "written-out-token", "p@ge word", "query-secret"
SETTINGS = Settings(
    foreman=s.Foreman(api_key=SecretStr(KEY)),
    pdu=s.Pdu(community_write=SecretStr(WRITE)),
    http_loads={"hall": s.HttpLoads(header=f"Authorization: Bearer {TOKEN}")},
    signals={"utility": s.SignalSource(url=f"https://me:{quote(LOGIN)}@grid.example/now?key={QUERY}&view=1")},
)
PLAIN = Plain(SETTINGS)


@pytest.mark.parametrize("secret", [KEY, WRITE, TOKEN, LOGIN, QUERY])
@pytest.mark.parametrize("spelled", [str, lambda text: quote(text, safe=""), lambda text: json.dumps(text)[1:-1], html.escape])
def test_a_secret_of_the_settings_is_masked_however_a_page_quotes_it(secret, spelled):
    shown = PLAIN(f"you sent {spelled(secret)} and {spelled(secret)}")
    assert spelled(secret) not in shown and secret not in shown
    assert shown == "you sent *** and ***"


@pytest.mark.parametrize(
    "text",
    [
        '{"pools": [{"worker": "a", "password": "HIDDEN"}]}',
        '{"wifi_password" : "HIDDEN words HIDDEN"}',
        '{"accessToken":"HIDDEN\\"HIDDEN"}',
        '"{\\"api_key\\": \\"HIDDEN\\"}"',
        "apiKey=HIDDEN&x=1",
        "community: HIDDEN",
        "<secret>HIDDEN</secret>",
        "Authorization: Basic HIDDEN",
        'Authorization: Digest username="a", response="HIDDEN"',
        "set-cookie: session=HIDDEN; Path=/",
        '{"Authorization": "Token HIDDEN"}',
        "passwd = HIDDEN",
        '{"password": "HIDDEN',
    ],
)
def test_what_a_device_itself_calls_a_secret_is_masked(text):
    assert "HIDDEN" not in PLAIN(text)
    assert "***" in PLAIN(text)


def test_what_is_no_secret_stays_as_it_came():
    text = '<span class="value normal">normal</span>\r\n{"token_count": 5, "state": "hashing", "passed": true}'
    assert PLAIN(text) == text


def test_the_credentials_of_a_basic_login_are_not_shown_in_their_coding():
    coded = base64.b64encode(f"me:{LOGIN}".encode()).decode()
    assert coded not in PLAIN(f"Authorization: Basic {coded}\r\nAccept: */*")


@pytest.mark.parametrize("text", ["x" * 10_000_000, "ü" * 1_000_000, KEY * 100_000, "\ud800" * 9_000, '"password": "' * 9_000])
def test_a_huge_answer_is_cut_to_four_kilobytes_and_no_secret_is_cut_in_half(text):
    shown = PLAIN(text)
    assert len(shown.encode()) <= MOST_BYTES
    assert KEY[:4] not in shown


@given(before=st.integers(0, 40_000), secret=st.sampled_from([KEY, WRITE, QUERY]))
def test_a_secret_at_whichever_place_is_never_shown_in_part(before, secret):
    body = ("." * before + secret * 3).encode()
    assert secret[:6] not in PLAIN(answered("HTTP 200", body))


@given(st.binary(max_size=9_000))
def test_whatever_a_device_sends_becomes_a_text_of_at_most_four_kilobytes(body):
    assert len(PLAIN(answered("HTTP 200", body)).encode()) <= MOST_BYTES


def test_a_call_is_shown_without_host_login_and_values_of_its_query():
    assert asked("GET", f"https://me:{LOGIN}@grid.example/now?key={QUERY}&empty=") == "GET /now?key=***&empty=***"
    assert asked("POST", "http://10.0.0.1") == "POST /"
    assert asked("GET", "http://x/y#part") == "GET /y"
