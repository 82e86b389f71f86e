"""Who looks without a login learns what was done, and not by whom."""

import json
from typing import Any

import pytest

from services.api.login.person import Person, Role
from services.api.nameless.answers import Nameless
from services.api.nameless.documents import may_name, of_document, of_text


def test_a_name_in_a_field_goes_and_goes_from_the_texts_beside_it_but_from_no_key_or_other_word() -> None:
    found = of_document(
        {
            "leases": [{"id": "ann-1", "owner": "ann", "reason": "ann: annual test", "payload": '{"kind":"miners"}'}],
            "reasons": ["locked out by ann", "cli:root (loopback): belt"],
            "alarms": [{"key": "door", "acknowledged_by": "Ben B.", "cause": "Ben B. saw it", "shelved_by": ""}],
        }
    )
    assert found == {
        "leases": [{"id": "ann-1", "owner": "a person", "reason": "a person: annual test", "payload": '{"kind":"miners"}'}],
        "reasons": ["locked out by a person", "a person: belt"],
        "alarms": [{"key": "door", "acknowledged_by": "a person", "cause": "a person saw it", "shelved_by": ""}],
    }


@pytest.mark.parametrize(
    "how",
    [
        "ann (session, 192.168.1.7)", "ann (password, 10.0.0.7)",
        "grafana.2 (token, fe80::1%eth0)", "debug listener (local, 127.0.0.1)", "cli:pi (loopback)",
        "alice (telegram)", "123456789 (telegram)",
    ],
)  # fmt: skip
def test_whoever_is_named_as_the_records_do_it_is_a_person_in_any_text(how: str) -> None:
    assert of_text(f"stop by {how}: done") == "stop by a person: done"
    assert may_name(json.dumps({"title": f"stop by {how}"}).encode())


def test_a_service_is_no_person_and_a_chart_is_not_even_read() -> None:
    same = {"owner": "controller", "reason": "silent; told by two ways (telegram, email)", "devices": [{"owner": "collector"}]}
    assert of_document(same) == same
    assert not may_name(b'{"t":[1,2,3],"v":[20.5,null,21.0],"unit":"Cel"}')


async def answered(kind: str, *pieces: bytes, how: str = "free view") -> bytes:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        scope["state"]["person"] = Person("anybody", Role.VIEWER, how, "10.0.0.7")
        head = [(b"content-type", kind.encode()), (b"content-length", str(sum(map(len, pieces))).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head if "json" in kind else head[:1]})
        for number, piece in enumerate(pieces, 1):
            await send({"type": "http.response.body", "body": piece, "more_body": number < len(pieces)})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await Nameless(app)({"type": "http", "state": {}}, None, send)  # type: ignore[arg-type]
    body = b"".join(one["body"] for one in sent[1:])
    lengths = [int(value) for name, value in sent[0]["headers"] if name == b"content-length"]
    assert all(length == len(body) for length in lengths)
    return body


@pytest.mark.asyncio
async def test_every_kind_of_answer_is_without_names_whatever_pieces_it_comes_in() -> None:
    assert await answered("application/json", b'{"who":"a', b'nn"}') == b'{"who":"a person"}'
    assert await answered("application/json", b'{"who":"ann"}', how="token") == b'{"who":"ann"}'
    trips = b'{"trips":[{"key":"stop","reason":"emergency stop by alice (telegram)"}]}'
    assert await answered("application/json", trips[:20], trips[20:]) == trips.replace(b"alice (telegram)", b"a person")
    assert await answered("text/event-stream", b"data: " + trips + b"\n\n") == (
        b"data: " + trips.replace(b"alice (telegram)", b"a person") + b"\n\n"
    )
    stream = b'event: event\ndata: {"who":"ann","title":"x by ann"}\nid: 7\n\n: ping\n\n'
    assert await answered("text/event-stream", stream) == stream.replace(b"ann", b"a person")
    rows = (
        b"id,who,title\r\n",
        b'1,ann,"stop by ann (session, 10.0.0.7): done"\r\n2,alice (telegram),stop by alice (telegram)\r\n',
    )
    assert await answered("text/csv; charset=utf-8", *rows) == (
        b"id,who,title\r\n1,a person,stop by a person: done\r\n2,a person,stop by a person\r\n"
    )
    assert await answered("text/html; charset=utf-8", b"<li>by ann (session, 10.0.0.7)</li>") == b"<li>by a person</li>"
