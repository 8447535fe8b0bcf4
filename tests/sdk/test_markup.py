"""XML from outside is read without trust."""

import pytest

from hub.sdk import markup

LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS,
        '<!DOCTYPE l SYSTEM "file:///etc/passwd"><l/>',
        "<l>&unknown;</l>",
        "<l>",
        "",
        "text",
        b"<l>\xff\xfe</l>",
        b'<?xml version="1.0" encoding="no-such"?><l/>',
        "<l>" * 200 + "</l>" * 200,
    ],
)
def test_what_is_broken_declared_or_too_deep_is_not_read(content):
    with pytest.raises(markup.Unreadable):
        markup.parse(content)
    with pytest.raises(markup.Unreadable):
        markup.masked(content, shown=frozenset(), hidden="…")


def test_elements_are_found_by_local_name_whatever_their_prefix():
    root = markup.parse('<s:E xmlns:s="urn:s" xmlns="urn:d"><s:Body><a> 1 </a></s:Body></s:E>')
    assert markup.text(root, "Body", "a") == "1"
    assert markup.text(root, "Body", "b", "c") == ""
    assert markup.child(root, "Nobody") is None


def test_only_named_elements_keep_their_text_and_attributes_are_left_out():
    content = '<s:E xmlns:s="urn:s"><s:Code at="84901">7 &lt; 8</s:Code><Name>Nguyễn <![CDATA[<b>An</b>]]></Name><Empty/></s:E>'
    assert markup.masked(content, shown={"Code"}, hidden="…") == (
        "<E><Code>7 &lt; 8</Code><Name>…</Name><Empty></Empty></E>"
    )
