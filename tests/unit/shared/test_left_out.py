"""What a library would load only because it is there is left out of its import, and of nothing else."""

import importlib
import sys
from typing import Any

import pytest

from services.shared.left_out import left_out, left_out_for_good, not_loaded


def test_what_is_left_out_is_not_there_until_the_end_of_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with left_out("this", "nobody_has_it"), pytest.raises(ImportError):
        import this  # noqa: F401
    assert "this" not in sys.modules and "nobody_has_it" not in sys.modules


def test_who_has_it_already_keeps_it_even_if_the_import_fails() -> None:
    import json

    with pytest.raises(RuntimeError), left_out("json"):
        with pytest.raises(ImportError):
            import json as again  # noqa: F401
        raise RuntimeError
    assert sys.modules["json"] is json


def test_what_is_left_out_for_good_stays_away_unless_somebody_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    for name in ("this", "json"):
        left_out_for_good(name)
    with pytest.raises(ImportError):
        import this  # noqa: F401
    assert sys.modules["json"] is not None


def test_of_a_module_that_is_not_loaded_there_is_every_name_until_the_end_of_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with not_loaded("this"):
        nothing: Any = importlib.import_module("this")
    assert nothing.d is None and nothing.whatever is None and "this" not in sys.modules


def test_who_has_a_module_already_has_its_own_names_while_it_is_not_loaded() -> None:
    import json

    with not_loaded("json"):
        from json import dumps
    assert dumps is json.dumps and sys.modules["json"] is json
