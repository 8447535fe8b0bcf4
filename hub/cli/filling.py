"""What `hub channels add` and `apply` say of records that were here before the channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hub.cli.shown import done

if TYPE_CHECKING:
    from hub.cli.frame import Reach
    from hub.flows.operate import Wish

RECONCILE = """\
Records that are here already are not sent to {name} by themselves, only what changes from now on.
To send them: hub reconcile {name} (look first: --dry-run).
Hồ sơ đã có từ trước không tự gửi tới {name}, chỉ những thay đổi từ bây giờ.
Để gửi: hub reconcile {name} (xem trước: --dry-run)."""
CHANGES = """\
Records that are here already are not sent to {name}: each goes with its next change.
The partner cannot be asked what it holds, so hub reconcile cannot send them.
Hồ sơ đã có từ trước không gửi tới {name}: chỉ gửi khi có thay đổi tiếp theo.
Không hỏi được đối tác đang giữ gì, nên không dùng hub reconcile được."""


def put_and_tell(ours: Reach, name: str, wish: Wish) -> None:
    """Put the channel; when it is new or its routing changed, say what it does not get by itself."""
    from hub.flows.filling import finds_records, reconciles
    from hub.flows.operate import put_channel

    before = _routing(ours, name)
    done(f"{name}: {put_channel(ours.context, name, wish, actor=ours.actor)}")
    if before != wish.routing and finds_records(ours.context, name):
        said = RECONCILE if reconciles(ours.context, name) else CHANGES
        click.secho(said.format(name=name), fg="yellow")


def _routing(ours: Reach, name: str) -> Any:
    """Return the channel's routing as it is; None: there is no such channel yet."""
    from hub.store import channels

    with ours.context.store.reading() as connection:
        known = channels.find(connection, name)
    return known["routing"] if known else None
