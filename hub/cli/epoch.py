"""`hub epoch`: what a restore from an older backup set in motion, and letting deliveries go."""

from __future__ import annotations

import click

from hub.cli.frame import Reach, reach
from hub.cli.shown import as_json, done, moment, table, tell


@click.group()
def epoch() -> None:
    """After a restore: who must send what again, and letting deliveries go.

    Sau khi khôi phục: ai phải gửi lại gì, và cho phép gửi tiếp.
    """


@epoch.command()
@as_json
@reach
def show(ours: Reach, *, json: bool) -> None:
    """The present epoch, and the publishers waited for. Kỳ hiện tại và các hệ thống đang được chờ."""
    from hub.store import epoch as subject
    from hub.store import restored

    with ours.context.store.reading() as connection:
        present, held = subject.present(connection), subject.is_held(connection)
        waited, uncertain = restored.waited_for(connection), restored.uncertain(connection)
    rows = [{"client": row["source"], "resend_from": moment(row["resend_at"])} for row in waited]
    if json:
        epoch_told = {"id": present.id, "number": present.number, "restored_at": moment(present.restored_at) or None}
        tell({"epoch": epoch_told, "held": held, "waited_for": rows, "uncertain": uncertain})
        return
    since = f", restored {moment(present.restored_at)}" if present.restored_at else ""
    click.echo(f"epoch {present.number} ({present.id}){since}; {uncertain} deliveries to be asked about")
    if held:
        click.secho("Deliveries are held until these have sent again (đang giữ, chờ gửi lại):", fg="yellow")
        table(("client", "from"), ([one["client"], one["resend_from"]] for one in rows))


@epoch.command()
@reach
def release(ours: Reach) -> None:
    """Let deliveries go without waiting for the rest. Cho gửi tiếp, không chờ nữa.

    What a publisher has not sent again may then go back at a partner to what the backup holds.
    """
    from hub.flows.high_water import release as act

    if act(ours.context, actor=ours.actor):
        done("Deliveries go on; each partner is asked before anything is sent.", "Đã cho gửi tiếp")
    else:
        done("Nothing was held.", "Không có gì bị giữ")


@epoch.command()
@click.option("--yes", is_flag=True, help="The database was restored, and web servers and workers are stopped.")
@reach
def begin(ours: Reach, *, yes: bool) -> None:
    """Say that the database was restored with its own tools. Báo rằng cơ sở dữ liệu vừa được khôi phục.

    `hub restore` does this by itself.
    """
    from hub.flows.high_water import begin as act
    from hub.flows.operate import NotPossible

    if not yes:
        raise NotPossible("Say --yes once everything else is stopped.", "Hãy dừng hệ thống rồi thêm --yes.")
    begun = act(ours.context, actor=ours.actor)
    done(f"Epoch {begun.number} ({begun.id}) began; deliveries are held. See `hub epoch show`.", "Đã bắt đầu kỳ mới")
