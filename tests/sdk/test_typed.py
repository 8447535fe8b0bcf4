"""What people typed is one line of text."""

from __future__ import annotations

import pytest

from hub.sdk import one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Nguyễn\tVăn Mẫu\r\n", "Nguyễn Văn Mẫu"),
        ("\x00Phòng\u2028Tư  pháp\x7f", "Phòng Tư pháp"),
        (91, "91"),
        (None, ""),
        (" \n", ""),
    ],
)
def test_what_somebody_typed_is_one_line_of_what_can_be_printed(typed, kept):
    assert one_line(typed) == kept
