"""Numbers, texts, templates, quiet hours and the gateway's answers: all tables, all edges."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sdk import OutcomeWord, Reason, Unmappable
from plugins.sms import answers, mapping
from plugins.sms.numbers import RENUMBERED, mobile
from plugins.sms.quiet import VIETNAM, seconds_left
from plugins.sms.text import LONGEST, filled, is_simple, unaccented

STATUSES = (
    "registered accepted refused processing supplement_requested payment_requested withdrawn stopped finished returned"
)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("0901 234 567", "84901234567"),
        ("+84 (0) 901.234.567", "84901234567"),
        ("84-901-234-567", "84901234567"),
        ("0084901234567", "84901234567"),
        ("0169 234 5678", "84392345678"),
        ("0123 456 7890", "84834567890"),
        ("0237 385 1234", None),  # a landline
        ("1900 1234", None),
        ("901234567", None),
        ("", None),
        ("chưa có", None),
    ],
)
def test_only_vietnamese_mobile_numbers_are_usable_however_written(written, wanted):
    assert mobile(written) == wanted


def test_every_renumbered_prefix_of_2018_becomes_a_mobile_one():
    assert len(RENUMBERED) == 21
    assert all(mobile(f"0{old}1234567") == f"84{new}1234567" for old, new in RENUMBERED.items())


def test_texts_lose_their_accents_and_nothing_else():
    assert unaccented("Ủy ban nhân dân xã Đường Hồng – «Nghệ An»…") == "Uy ban nhan dan xa Duong Hong - Nghe An ..."
    assert unaccented("ĐỒNG ĐĂNG đường \u00d0ông Anh \u00f0ê") == "DONG DANG duong Dong Anh de"


@given(st.text(max_size=300))
def test_any_text_becomes_simple_and_staying_simple_is_stable(text):
    plain = unaccented(text)
    assert plain == "" or is_simple(plain[:LONGEST])
    assert unaccented(plain) == plain


@given(st.text(min_size=1, max_size=400))
def test_every_shipped_template_fits_one_message_whatever_the_agency_is_called(name):
    places = {"code": "H56.22.17-20260511-0000007", "due": "18/05/2026", "agency": name}
    for template in mapping.TEMPLATES.values():
        assert is_simple(filled(template, places))


def test_a_long_agency_is_cut_at_a_word():
    message = filled(mapping.TEMPLATES["finished"], {"code": "H56-1-1", "due": "", "agency": "Trung tâm " * 30})
    assert len(message) <= LONGEST
    assert "Trung tam Trung tam hoac" in message or "Trung tam Trung hoac" in message


def test_every_status_word_has_a_template():
    assert set(mapping.TEMPLATES) == set(STATUSES.split())
    assert set(mapping.CHOSEN) <= set(mapping.TEMPLATES)


@pytest.mark.parametrize(
    ("code", "message", "wanted"),
    [
        ("1", "Insert MT_QUEUE: OK", (OutcomeWord.DELIVERED, None)),
        ("0", "Check ServiceID: DUPLICATE MESSAGE", (OutcomeWord.DELIVERED, None)),
        ("0", "Authenticate: IP_INVALID", (OutcomeWord.DEFERRED, Reason.CREDENTIALS)),
        ("0", "Check information error", (OutcomeWord.DEFERRED, Reason.BUSY)),
        ("0", "Check template: CONTENT_NOT_MATCH_TEMPLATE", (OutcomeWord.REJECTED, Reason.DATA)),
        ("0", "Check Content: MAXLENGTH_LIMIT_160_BYTE (YOUR_CONTENT: 170 BYTE)", (OutcomeWord.REJECTED, Reason.DATA)),
    ],
)
def test_known_answers_mean_what_the_table_says(code, message, wanted):
    assert answers.result(code, message) == wanted


@pytest.mark.parametrize("code", ["1", "0", "00", "01", "200", "", None, "OK"])
def test_f24_an_answer_no_table_knows_is_never_success(code):
    for message in ("", None, "OK", "insert mt_queue: ok", "Thành công"):
        assert answers.result(code, message) == (OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE)
    if code != "1":
        assert answers.result(code, answers.QUEUED) == (OutcomeWord.UNKNOWN, Reason.UNKNOWN_CODE)


@pytest.mark.parametrize(
    ("at", "hours"),
    [("20:59", 0), ("21:00", 10), ("23:30", 7.5), ("00:00", 7), ("06:30", 0.5), ("07:00", 0), ("12:00", 0)],
)
def test_quiet_hours_go_over_midnight_in_vietnamese_time(at, hours):
    now = datetime.fromisoformat(f"2026-05-14T{at}:00+07:00")
    assert seconds_left(now, start="21:00", end="07:00") == hours * 3600


def test_quiet_hours_may_lie_within_a_day_or_be_none():
    noon = datetime(2026, 5, 14, 12, 0, tzinfo=VIETNAM)
    assert seconds_left(noon, start="11:30", end="13:30") == 5400
    assert seconds_left(noon, start="07:00", end="07:00") == 0


def test_a_dossier_without_a_number_cannot_be_mapped():
    with pytest.raises(Unmappable, match="/applicant/phone"):
        mapping.messages({"applicant": {}}, chosen=mapping.CHOSEN, templates=mapping.TEMPLATES)
