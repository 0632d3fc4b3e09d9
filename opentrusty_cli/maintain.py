"""`opentrusty maintain`: the maintenance task, for cron."""

from __future__ import annotations

from datetime import timedelta

import click

from opentrusty_cli.app import Desk, database_operation


@click.command()
@click.option("--budget", type=click.IntRange(1, 86400), default=300, show_default=True, metavar="SECONDS")
@click.option("--batch", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="Rows at a time.")
@database_operation
async def maintain(desk: Desk, budget: int, batch: int) -> None:
    """Purge what has expired, step the signing keys, seal the audit, erase deleted tenants; one process at a time."""
    report = await desk.management.maintenance.maintain(budget=timedelta(seconds=budget), batch=batch)
    desk.output.one(
        {
            "ran": report.ran,
            "finished": report.finished,
            "tenants": report.tenants,
            "keys_made": report.keys_made,
            "keys_changed": report.keys_changed,
            "events_sealed": report.events_sealed,
            "audits_refused": list(report.audits_refused),
            "purged": dict(report.purged),
            "tenants_erased": report.tenants_erased,
            "erased": dict(report.erased),
        },
        key="ran",
    )
