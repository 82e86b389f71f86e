"""What a library would load only because it is there is left out of its import, and of nothing else."""

import sys

import pytest

from services.shared.left_out import left_out


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
