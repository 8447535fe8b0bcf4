"""Dossiers with civil-status forms, and deliveries of them."""

import orjson

from hub.sdk import Http, Outgoing, Timeouts, Tools
from hub.sdk.simulator import Call
from hub.testing.clock import SetClock
from plugins.civil_status.connector import CivilStatusConnector

KEY = "H56.14-260511-0007"
PROVINCE = {"code": "38", "name": "Thanh Hóa"}
ADDRESS = {
    "province": PROVINCE,
    "commune": {"code": "14758", "name": "Hạc Thành", "valid_on": "2025-07-01"},
    "detail": "Số 5",
}
IDENTITY = {"type": "personal_id", "number": "038090000001", "issued_on": "2021-05-01", "issued_by": "Cục Cảnh sát"}
REGISTRATION = {"kind": "new", "place": "14758", "copies": 2}
APPLICANT = {"name": "Lê Thị Đào", "relationship": "Mẹ", "identity": IDENTITY, "phone": "0901234567", "verified": True}


def person(name, birth_date, **more):
    return {"name": name, "birth_date": birth_date, "ethnicity": "Kinh", "nationality": "Việt Nam", **more}


PARENT = {
    "residence_kind": "permanent",
    "residence": ADDRESS,
    "identity": {"type": "personal_id", "number": "038090000001"},
    "personal_id": "038090000001",
    "verified": True,
}
SPOUSE = {
    "residence_kind": "current",
    "residence": ADDRESS,
    "identity": IDENTITY,
    "personal_id": "038090000001",
    "marriage_count": 1,
    "marital_status": "never_married",
}
FORMS = {
    "birth": {
        "registration": REGISTRATION,
        "birth_certificate": {"number": "GCS-1", "issued_on": "2026-05-03"},
        "child": person("Lê An", "2026-05-02", gender="female", birth_place=ADDRESS, home_town=ADDRESS)
        | {"kind": "both_parents", "birth_date_in_words": "Ngày hai tháng năm năm hai nghìn không trăm hai mươi sáu"},
        "mother": person("Lê Thị Đào", "1990-02-01", **PARENT),
        "father": person("Lê Văn Mận", "1989", **PARENT),
        "applicant": APPLICANT | {"email": "dao@example.vn"},
    },
    "death": {
        "registration": REGISTRATION,
        "deceased": person("Lê Cụ", "1931-07", gender="male", identity=IDENTITY, residence=ADDRESS)
        | {
            "residence_kind": "permanent",
            "died_on": "2026-05-01",
            "died_at": "04:30",
            "death_place": ADDRESS,
            "cause": "Tuổi già",
        },
        "notice": {"kind": "commune", "number": "12/GBT", "issued_on": "2026-05-01", "issued_by": "UBND phường"},
        "applicant": APPLICANT | {"email": "dao@example.vn"},
    },
    "marriage": {
        "registration": REGISTRATION,
        "husband": person("Lê Văn Mận", "1999-09-09", **SPOUSE),
        "wife": person("Trần Thị Mơ", "2000-10-10", **SPOUSE),
    },
}
PROCEDURES = {"birth": "1.001193", "death": "1.000656", "marriage": "1.000894"}
ACCEPTED = {"status": "accepted", "occurred_at": "2026-05-11T08:30:00+07:00", "source": "mc", "key": "mc/1"}
RETURNED = {"status": "returned", "occurred_at": "2026-05-13T16:00:00+07:00", "source": "mc", "key": "mc/9"}


def dossier(kind="birth", *, code=KEY, events=(ACCEPTED,), **more):
    return {
        "code": code,
        "numbers": {"own": code, "interlink": "LT-1"},
        "procedure": {"code": PROCEDURES[kind], "national_code": PROCEDURES[kind], "name": "Đăng ký hộ tịch"},
        "agencies": {"received": {"id": "H56.14", "name": "UBND"}, "competent": {"id": "H56.14", "name": "UBND"}},
        "applicant": {"type": "citizen", "name": "Lê Thị Đào"},
        "channel": "counter",
        "papers": [{"name": "Giấy chứng sinh", "attachments": [{"name": "gcs.pdf", "content": "JVBERg=="}]}],
        "form": {"code": kind, "data": FORMS[kind]},
        "events": list(events),
        **more,
    }


def connector(ministry, **settings):
    http = Http(Timeouts(1, 2, 4), shown=CivilStatusConnector.shown_fields)
    return CivilStatusConnector(ministry.settings() | settings, Tools("civil_status", http=http, clock=SetClock()))


def outgoing(connector, document, memo=None, *, version=1):
    mapped = connector.map_out("dossier", document)
    return Outgoing(1, "civil_status", "dossier", document["code"], version, document, mapped, acknowledged=memo or {})


def push(connector, document, memo=None):
    (outcome,) = connector.push([outgoing(connector, document, memo)])
    return outcome


def act(ministry, **wish):
    answer = ministry.control(Call("POST", "/_sim/act", {}, {}, orjson.dumps(wish)))
    return answer.status, orjson.loads(answer.body)
