"""The chain: any change of an entry, its place or its forerunner changes the hash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.chain import GENESIS, link

entries = st.fixed_dictionaries(
    {"what": st.text(max_size=5), "actor": st.text(max_size=5), "content": st.text(max_size=9), "at": st.integers(0, 9)}
)


@given(entries, entries, st.integers(1, 3), st.integers(1, 3))
def test_equal_links_mean_equal_entries(first, second, place, other):
    same = link(GENESIS, place, **first) == link(GENESIS, other, **second)

    assert same == ((first, place) == (second, other))
