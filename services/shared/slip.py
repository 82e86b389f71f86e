"""A limit that takes nothing off: a slip of the hand of a person who asks, silent when the utility calls."""


def slip(target_kw: float | None, nominal_kw: float | None) -> str | None:
    """Why so many kW may not be asked for by a person; None: they may. Without loads, or a word of them, nobody knows how much
    all is. A forced signal of the debug page says what a utility would say, and a utility may allow more than there is."""
    if not nominal_kw or target_kw is None or target_kw < nominal_kw:
        return None
    return f"target_kw: found {target_kw:g} kW, which takes nothing off; allowed: 0 to less than {nominal_kw:g} kW, all the loads"
