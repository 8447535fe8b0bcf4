"""Dossiers that citizens file on the national portal: it sends them to the hub, the one-stop shop takes them up."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hub.demo.dossiers import OFFICES, SAID
from hub.demo.people import officer, person
from hub.demo.processes import wait_for
from hub.demo.shipped import HOME, communes
from hub.domain.times import written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hub.demo.partners import Partner
    from hub.demo.publish import District

ARRIVAL_SECONDS = 120.0
TAKEN_UP = 0.7  # of them are taken up while the demo runs


def file_online(portal: Partner, *, hook: str, number: int, seed: int) -> list[str]:
    """Let citizens file; return the numbers the portal gave."""
    chance = Random(seed)  # noqa: S311 (repeatable, no secret)
    offices = [one for one in communes() if one.province == HOME][:OFFICES]
    numbers = []
    for _ in range(number):
        someone, office = person(chance, at_home=True), chance.choice(offices)
        fields = {
            "MaDonVi": office.agency,
            "DonViXuLy": office.office["name"],
            "ChuHoSo": someone.name,
            "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": someone.number}],
            "SoDienThoai": someone.phone,
            "Email": someone.email,
            "DiaChi": {
                "MaTinh": someone.home.province,
                "TenTinh": someone.home.province_name,
                "MaXa": someone.home.code,
                "TenXa": someone.home.name,
                "DiaChiChiTiet": someone.detail,
            },
        }
        answer = portal.act({"act": "file_online", "hook": hook, "dossier": fields})
        numbers.append(str(answer["filed"]))
    return numbers


def take_up(district: District, numbers: Sequence[str], *, now: datetime, seed: int) -> None:
    """Wait until they came down; then the one-stop shop accepts most of them and works on some."""
    chance = Random(seed)  # noqa: S311 (as above)
    for number in numbers:
        path = f"/v1/dossiers/{quote(number)}"
        there = partial(_is_there, district, path)
        wait_for(there, f"{number} came down", seconds=ARRIVAL_SECONDS, between=0.2)
        if chance.random() < TAKEN_UP:
            district.events(number, _steps(chance, number, now))


def _is_there(district: District, path: str) -> bool:
    document: Any = district.get(path)
    return document is not None


def _steps(chance: Random, number: str, now: datetime) -> list[dict[str, Any]]:
    statuses = ("accepted", "processing", "finished")[: chance.randint(1, 3)]
    return [
        {
            "id": f"{number}/{place}",
            "occurred_at": written(now + timedelta(seconds=place)),
            "status": status,
            "officer": officer(chance, "cấp xã"),
            "content": SAID[status],
        }
        for place, status in enumerate(statuses, start=1)
    ]
