"""The command `hub`: one file a subject, imported only when it is used."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.frame import Lazy, Reach

COMMANDS = {
    "init": ("hub.cli.init:init", "Make key and database, or bring the database to the newest schema."),
    "serve": ("hub.cli.serve:serve", "Run the web server and a worker."),
    "worker": ("hub.cli.worker:worker", "Run one more worker."),
    "doctor": ("hub.cli.doctor:doctor", "Say in plain words what is wrong with this installation."),
    "simulate": ("hub.cli.simulate:simulate", "Run stand-ins of partners."),
    "demo": ("hub.cli.demo:demo", "Show everything on this machine, with invented data."),
    "channels": ("hub.cli.channels:channels", "Partners: list, add, change, pause, remove."),
    "clients": ("hub.cli.clients:clients", "Machines that call the API, and their keys."),
    "plugins": ("hub.cli.plugins:plugins", "Installed plugins and their connectors."),
    "records": ("hub.cli.records:records", "What the hub holds."),
    "deliveries": ("hub.cli.deliveries:deliveries", "What waits, what is parked, and mending it."),
    "backup": ("hub.cli.backup:backup", "Copy the whole database while the hub works."),
    "restore": ("hub.cli.backup:restore", "Put a backup in place of the database."),
    "epoch": ("hub.cli.epoch:epoch", "After a restore: who sends what again, letting deliveries go."),
    "reconcile": ("hub.cli.reconcile:reconcile", "Ask a partner what it holds; send again what differs."),
    "ledger": ("hub.cli.ledger:ledger", "The evidence: verify and read."),
}


@click.group(cls=Lazy, commands_by_name=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="TOML file with settings.")
@click.version_option(package_name="lienthong", prog_name="hub")
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """Liên Thông: publish once, and every partner holds it.

    Công bố một lần, mọi hệ thống đối tác đều nhận được.
    """
    context.obj = Reach(config)
    context.call_on_close(context.obj.close)
