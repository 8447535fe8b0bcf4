"""Workers of one `hub serve` are together as polite as a channel says."""

from __future__ import annotations

import pytest

from hub.domain.retry import Politeness
from hub.worker.share import WHOLE, Share


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("concurrency", [1, 2, 3, 4, 7])
def test_the_shares_come_to_what_the_channel_allows(workers, concurrency):
    politeness = Politeness(concurrency=concurrency, rate=12.0)
    shares = [Share(place, workers) for place in range(workers)]

    assert sum(share.calls(politeness) for share in shares) == concurrency
    assert sum(share.part(politeness).rate for share in shares) == pytest.approx(12.0)


def test_one_call_at_a_time_is_one_call_of_all_workers():
    assert [Share(place, 2).calls(Politeness(concurrency=1)) for place in range(2)] == [1, 0]


def test_a_worker_alone_has_all():
    assert WHOLE.part(Politeness(rate=3.0)) == Politeness(rate=3.0)
