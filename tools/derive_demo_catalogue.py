"""Derive the demo's catalogue from the raw data: codes, names, numbers. No long texts are taken.

    python tools/derive_demo_catalogue.py DATA_FOLDER

DATA_FOLDER holds `procedures/` (pages of the national portal, July 2026) and `units/` (units-2026-07-25.json, MIT
licence). Writes hub/demo/data/procedures.ndjson and hub/demo/data/communes.csv. Field codes other than G15-TP05 are
not on the pages; a code is made from the field's name.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

from hub.domain.intake import admit

TARGET = Path(__file__).resolve().parents[1] / "hub" / "demo" / "data"
MINISTRIES = {"bo-tu-phap": ("G15", "Bộ Tư pháp"), "bo-cong-an": ("G01", "Bộ Công an")}
KINDS = {
    "TTHC được giao luật quy định chi tiết": "law_detailed",
    "TTHC không được luật giao cho địa phương quy định": "not_law_assigned",
}
LEVELS = {"Cấp bộ": "ministry", "Cấp tỉnh": "province", "Cấp xã": "commune"}
UNITS = {"Ngày làm việc": "working_day", "Ngày": "day", "Giờ": "hour", "Tháng": "month"}
FIELD_CODES = {"Hộ tịch": "G15-TP05"}
WANTED = 160
SHORTEST_PAPER, LONGEST_PAPER = 8, 120
NOT_TAKEN = 9
PROVINCE, HOW_MANY = "38", 166  # Thanh Hóa, whole
NEIGHBOURS = {"01": 20, "40": 10, "37": 10}  # some of Hà Nội, Nghệ An, Ninh Bình: citizens who live elsewhere
READ = "2026-07-25T00:00:00+07:00"  # when the pages were read

FEE = re.compile(r"^(?:Không có thông tin)?([0-9]{1,3}(?:[,.][0-9]{3})*|[0-9]+) (?:Việt Nam Đồng|VNĐ|đồng)")
PAPER = re.compile(r"(?:Số lượng)?(.*?)([0-9]+) bản chính(?:[, ]*([0-9]+) bản sao)?", re.DOTALL)
LAW = re.compile(r"[0-9]{1,4}/[0-9]{4}/(?:NĐ-CP|NQ-CP|QH[0-9]+|TT-[A-Z]+|TTLT-[A-Z-]+)")


def main(source: Path) -> None:
    """Write both files."""
    pages = [json.loads(line) for line in (source / "procedures" / "full.jsonl").open(encoding="utf-8")]
    channels = _by_procedure(source / "procedures" / "channels_deadlines.csv")
    results = _results(source / "procedures" / "result_codes.csv")
    TARGET.mkdir(parents=True, exist_ok=True)
    taken = sorted(
        (page for page in pages if _order(page) < NOT_TAKEN), key=lambda page: (_order(page), page["ma_thu_tuc"])
    )
    documents = [_procedure(page, channels, results) for page in taken]
    fit = [document for document in documents if document["channels"] and admit("procedure", document)[0]][:WANTED]
    fit.sort(key=lambda document: document["code"])
    with (TARGET / "procedures.ndjson").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n" for document in fit)
    communes = _communes(json.loads((source / "units" / "units-2026-07-25.json").read_text(encoding="utf-8")))
    with (TARGET / "communes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["province", "province_name", "code", "name"])
        writer.writerows(communes)
    print(f"{len(fit)} procedures, {len(communes)} communes")


def _order(page: dict[str, Any]) -> int:
    """What a commune or a province offers comes first; NOT_TAKEN: left out."""
    if page["bo"] not in MINISTRIES:
        return NOT_TAKEN
    levels = page["cap_thuc_hien"]
    return 0 if "Cấp xã" in levels else 1 if page["linh_vuc"] in {"Hộ tịch", "Chứng thực"} else 2


def _procedure(page: dict[str, Any], channels: dict[str, Any], results: dict[str, Any]) -> dict[str, Any]:
    code = page["ma_thu_tuc"]
    identifier, ministry = MINISTRIES[page["bo"]]
    levels = [LEVELS[word] for word in page["cap_thuc_hien"].split(", ") if word in LEVELS]
    document = {
        "code": code,
        "name": " ".join(page["ten_thu_tuc"].split()),
        "kind": KINDS.get(page["loai_thu_tuc"], "other"),
        "state": "active",
        "levels": levels or ["ministry"],
        "service_level": "full" if any(row["channel"] == "online" for row in channels.get(code, ())) else "partial",
        "field": {
            "code": _field_code(identifier, page["linh_vuc"]),
            "name": page["linh_vuc"],
        },
        "decision": {"number": page["so_quyet_dinh"]},
        "version": page["so_quyet_dinh"],
        "modified_at": READ,
        "publisher": {"id": identifier, "name": ministry},
        "subjects": [word.strip() for word in re.split(r", (?![^(]*\))", page["doi_tuong_thuc_hien"]) if word.strip()],
        "cases": [{"id": "chung", "name": "Trường hợp chung", "papers": _papers(page["thanh_phan_ho_so"])}],
        "channels": _channels(channels.get(code, ())),
        "results": results.get(code, []),
        "legal_bases": [{"number": number} for number in sorted(set(LAW.findall(page["can_cu_phap_ly"])))],
    }
    if not document["cases"][0]["papers"]:
        del document["cases"]
    return {name: value for name, value in document.items() if value or name == "channels"}


def _papers(text: str) -> list[dict[str, Any]]:
    papers, seen = [], set()
    for name, originals, copies in PAPER.findall(text.partition("Số lượng")[2]):
        short = re.sub(r"^[\s\-+*•;.]+", "", " ".join(name.split())).rstrip(" .;,")
        if (
            SHORTEST_PAPER < len(short) <= LONGEST_PAPER
            and short[-1] != ":"
            and short not in seen
            and "Số lượng" not in short
        ):
            seen.add(short)
            papers.append({"name": short, "originals": int(originals), "copies": int(copies or 0)})
    return papers[:12]


def _channels(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for row in rows:
        entry = merged.setdefault(row["channel"], {"channel": row["channel"]})
        if row["amount"] and row["unit"] in UNITS:
            limit = {"amount": float(row["amount"]), "unit": UNITS[row["unit"]]}
            limit["amount"] = int(limit["amount"]) if limit["amount"] == int(limit["amount"]) else limit["amount"]
            if limit not in entry.setdefault("time_limits", []):
                entry["time_limits"].append(limit)
        amount = _fee(row["fee_and_note_text"])
        if amount is not None:
            fee = {"kind": "charge", "amount": amount, "unit": "VND"}
            if fee not in entry.setdefault("fees", []):
                entry["fees"].append(fee)
    return list(merged.values())


def _fee(text: str) -> int | None:
    if text.startswith("Miễn phí"):
        return 0
    found = FEE.match(text)
    return int(re.sub(r"[,.]", "", found[1])) if found else None


def _by_procedure(path: Path) -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["channel"] in {"counter", "online", "post"}:
                rows.setdefault(row["procedure_code"], []).append(row)
    return rows


def _results(path: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if re.fullmatch(r"KQ\.[GH][0-9]{2}\.[0-9]{6}", row["result_code"]):
                result = {"code": row["result_code"], "name": " ".join(row["result_name"].split())}
                for code in row["procedure_codes"].split(";"):
                    found.setdefault(code, []).append(result)
    return found


def _field_code(identifier: str, name: str) -> str:
    if name in FIELD_CODES:
        return FIELD_CODES[name]
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    return f"{identifier}-" + "".join(word[0] for word in re.findall(r"[A-Za-z]+", plain)).upper()[:12]


def _communes(provinces: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    shares = {PROVINCE: HOW_MANY, **NEIGHBOURS}
    return [
        (province["Code"], province["FullName"], ward["Code"], ward["FullName"])
        for province in provinces
        if province["Code"] in shares
        for ward in province["Wards"][: shares[province["Code"]]]
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
