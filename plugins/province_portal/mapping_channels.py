"""Time limits and fees of a procedure, as the record of LayThuTuc writes them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugins.province_portal.codes import CURRENCY, FEE_KINDS, FILING_CHANNELS, TIME_UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping


def channel_out(channel: Mapping[str, Any], cases: Mapping[str, str]) -> dict[str, Any]:
    """Time limits and fees hang on the channel and the case together; a record has the fees below a time limit."""
    all_fees = [_fee(fee) for fee in channel.get("fees", ())]
    limits = channel.get("time_limits") or [{}]
    return known(
        {
            "KENH": FILING_CHANNELS[channel["channel"]],
            "TRUONGHOP": cases.get(channel.get("case", "")),
            "MOTA": channel.get("note"),
            "THOIGIAN": [
                known(
                    {
                        "THOIGIANGIAIQUYET": amount_out(limit.get("amount")),
                        "DONVITINH": TIME_UNITS.get(limit.get("unit", "")),
                        "MOTA": limit.get("note"),
                        "PHILEPHI": all_fees if position == 0 else [],
                    }
                )
                for position, limit in enumerate(limits)
            ],
        }
    )


def _fee(fee: Mapping[str, Any]) -> dict[str, Any]:
    return known(
        {
            "MAPHILEPHI": fee.get("code"),
            "LOAIPHILEPHI": FEE_KINDS.get(fee.get("kind", "")),
            "SOTIEN": amount_out(fee.get("amount")),
            "DONVI": CURRENCY,
            "MOTA": fee.get("note"),
        }
    )


def amount_out(number: Any) -> str | None:
    """Return a number as text."""
    return None if number is None else f"{number:g}" if isinstance(number, float) else str(number)


def known(wire: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is not known."""
    return {name: value for name, value in wire.items() if value is not None}
