"""What the fake SNMP PDUs hold: the objects of each make, from the makers' MIBs. Apart from the driver's own table on purpose:
one side alone cannot be "corrected" without a test that sees it.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mib:
    """One make. `{n}` is the outlet. Written words map to the contact; a contact reads as (open, closed).

    `fixed` are constant objects; `count` and `device` read the number of outlets and the total in units of `device_unit_w`.
    """

    control: str
    written: dict[int, bool]
    state: str
    reads: tuple[int, int]
    watts: str = ""
    watts_unit_w: float = 1.0
    device: str = ""
    device_unit_w: float = 1.0
    count: str = ""
    pending: str = ""
    fixed: dict[str, str | int] = field(default_factory=dict)
    each: dict[str, str] = field(default_factory=dict)


_APC = "1.3.6.1.4.1.318.1.1"
_PX = "1.3.6.1.4.1.13742.6"
_ST4 = "1.3.6.1.4.1.1718.4.1.8"

MIBS = {
    "apc_rpdu2": Mib(
        control=f"{_APC}.26.9.2.4.1.5.{{n}}",
        written={1: True, 2: False},
        state=f"{_APC}.26.9.2.3.1.5.{{n}}",
        reads=(1, 2),
        watts=f"{_APC}.26.9.4.3.1.7.{{n}}",
        device=f"{_APC}.26.4.3.1.5.1",
        device_unit_w=10.0,
        count=f"{_APC}.26.4.2.1.4.1",
        pending=f"{_APC}.26.9.2.3.1.6.{{n}}",
        fixed={
            f"{_APC}.26.2.1.3.1": "PDU-A01",
            f"{_APC}.26.2.1.6.1": "v6.9.6",
            f"{_APC}.26.2.1.8.1": "AP8941",
            f"{_APC}.26.2.1.9.1": "5A1200E00001",
        },
        each={f"{_APC}.26.9.2.3.1.3.{{n}}": "Outlet {n}", f"{_APC}.26.9.2.3.1.4.{{n}}": "{n}"},
    ),
    "apc_rpdu": Mib(
        control=f"{_APC}.12.3.3.1.1.4.{{n}}",
        written={1: True, 2: False},
        state=f"{_APC}.12.3.5.1.1.4.{{n}}",
        reads=(2, 1),
        device=f"{_APC}.12.1.16.0",
        count=f"{_APC}.12.1.8.0",
        pending=f"{_APC}.12.3.5.1.1.5.{{n}}",
        fixed={f"{_APC}.12.1.5.0": "AP7941"},
    ),
    "raritan": Mib(
        control=f"{_PX}.4.1.2.1.2.1.{{n}}",
        written={1: True, 0: False},
        state=f"{_PX}.4.1.2.1.3.1.{{n}}",
        reads=(8, 7),
        watts=f"{_PX}.5.4.3.1.4.1.{{n}}.5",
        watts_unit_w=0.1,
        device=f"{_PX}.5.2.3.1.4.1.1.5",
        count=f"{_PX}.3.2.2.1.4.1",
        fixed={f"{_PX}.3.3.4.1.7.1.1.5": 0},
        each={f"{_PX}.3.5.4.1.7.1.{{n}}.5": "1"},
    ),
    "sentry4": Mib(
        control=f"{_ST4}.5.1.2.1.1.{{n}}",
        written={1: True, 2: False},
        state=f"{_ST4}.3.1.1.1.1.{{n}}",
        reads=(0, 1),
        watts=f"{_ST4}.3.1.9.1.1.{{n}}",
    ),
    "geist": Mib(
        control="1.3.6.1.4.1.21239.5.2.3.5.1.6.{n}",
        written={2: True, 4: False},
        state="1.3.6.1.4.1.21239.5.2.3.5.1.4.{n}",
        reads=(2, 1),
        watts="1.3.6.1.4.1.21239.5.2.3.6.1.12.{n}",
    ),
    "cyberpower": Mib(
        control="1.3.6.1.4.1.3808.1.1.3.3.3.1.1.4.{n}",
        written={1: True, 2: False},
        state="1.3.6.1.4.1.3808.1.1.3.3.3.1.1.4.{n}",
        reads=(2, 1),
    ),
}
