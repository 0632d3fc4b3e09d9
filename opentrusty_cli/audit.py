"""`opentrusty audit`: who did what, when and from where."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import click

from opentrusty_cli.app import Desk, database_operation, operation
from opentrusty_cli.audit_late import accept, late
from opentrusty_cli.audit_options import Wanted, wanted
from opentrusty_cli.options import Paging, paged
from opentrusty_cli.out_files import file_option, write_pieces
from opentrusty_cli.progress import Progress
from opentrusty_cli.records import of_event, time
from opentrusty_core.domain.page import MAX_PAGE, PageRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.domain.verdict import Anchor, Verdict

_FORMATS = ("jsonl", "csv")
VERDICT_COLUMNS = ("audit", "intact", "events", "unsealed_since", "finding")
COLUMNS = ("at", "type", "outcome", "actor_kind", "actor_id", "target", "reason")


@click.group()
def audit() -> None:
    """The audit: append-only, written with each change."""


@audit.command("list")
@wanted
@click.option("--newest-first", is_flag=True, help="Begin at the end.")
@paged
@operation
async def list_(desk: Desk, wanted: Wanted, newest_first: bool, paging: Paging) -> None:
    """List events, the oldest first."""
    events, query = desk.management.audit, wanted.query
    if wanted.tenant_name is None:
        page = await paging.fetch(
            lambda request: events.platform_page(desk.actor, request, query, descending=newest_first)
        )
    else:
        tenant_id = await desk.tenant_id(wanted.tenant_name)
        page = await paging.fetch(
            lambda request: events.page(desk.actor, tenant_id, request, query, descending=newest_first)
        )
    desk.output.many([of_event(item) for item in page.items], COLUMNS, next_after=page.next_after)


@audit.command()
@wanted
@click.option("--format", "format_", type=click.Choice(_FORMATS), default=_FORMATS[0], show_default=True)
@file_option
@operation
async def export(desk: Desk, wanted: Wanted, format_: str, path: Path | None) -> None:
    """Write all events that fit as JSON Lines or CSV, the oldest first; that they were exported is an event itself."""
    from opentrusty_core.management import ExportFormat

    events, kind = desk.management.audit, ExportFormat(format_)
    if wanted.tenant_name is None:
        pieces = events.platform_export(desk.actor, wanted.query, kind)
    else:
        pieces = events.export(desk.actor, await desk.tenant_id(wanted.tenant_name), wanted.query, kind)
    await write_pieces(pieces, path)


@audit.command()
@click.argument("event_id")
@click.option("-t", "--tenant", "tenant_name", metavar="NAME", help="The tenant's name; else one of the platform.")
@operation
async def show(desk: Desk, event_id: str, tenant_name: str | None) -> None:
    """Show an event with all its details."""
    events = desk.management.audit
    if tenant_name is None:
        event = await events.platform_get(desk.actor, event_id)
    else:
        event = await events.get(desk.actor, await desk.tenant_id(tenant_name), event_id)
    desk.output.one(of_event(event))


@audit.command()
@click.option("-t", "--tenant", "tenant_name", metavar="NAME", help="The audit of this tenant.")
@click.option("--platform", is_flag=True, help="What belongs to no tenant.")
@click.option("--all", "everything", is_flag=True, help="The platform's audit and those of all tenants.")
@click.option("--anchor", metavar="ANCHOR", help="As an earlier run printed it: the audit has to go on from there.")
@operation
async def verify(desk: Desk, tenant_name: str | None, platform: bool, everything: bool, anchor: str | None) -> None:
    """Read the audit anew and name the first event that was edited, removed or inserted since it was sealed."""
    if (tenant_name is not None) + platform + everything != 1:
        raise click.UsageError("Give one of --tenant, --platform and --all.")
    if anchor is not None and everything:
        raise click.UsageError("An anchor is that of one audit.")
    wanted = _anchor(anchor)
    progress = Progress("events verified")
    records = []
    async for name in _audits(desk, tenant_name, platform=platform, everything=everything):
        if name is None:
            verdict = await desk.management.audit.platform_verify(desk.actor, anchor=wanted, progress=progress)
        else:
            tenant_id = await desk.tenant_id(name)
            verdict = await desk.management.audit.verify(desk.actor, tenant_id, anchor=wanted, progress=progress)
        records.append(_of_verdict(name, verdict))
    progress.end()
    desk.output.many(records, VERDICT_COLUMNS, key="audit")
    if not all(record["intact"] for record in records):
        raise click.exceptions.Exit(1)


@audit.command()
@click.option("--budget", type=click.IntRange(1, 86400), default=3600, show_default=True, metavar="SECONDS")
@database_operation
async def seal(desk: Desk, budget: int) -> None:
    """Seal and count what is due now, as maintenance does every minute; does nothing while another process does it."""
    report = await desk.management.audit.seal(desk.actor, budget=timedelta(seconds=budget))
    record = {"ran": report.ran, "finished": report.finished, "events": report.events, "refused": list(report.refused)}
    desk.output.one(record, key="ran")


audit.add_command(late)
audit.add_command(accept)


async def _audits(
    desk: Desk, tenant_name: str | None, *, platform: bool, everything: bool
) -> AsyncIterator[str | None]:
    """The names of tenants; None stands for the platform."""
    if platform or everything:
        yield None
    if tenant_name is not None:
        yield tenant_name
    request = PageRequest(limit=MAX_PAGE) if everything else None
    while request is not None:
        page = await desk.management.tenants.page(desk.actor, request)
        for tenant in page.items:
            yield tenant.name
        request = PageRequest(limit=MAX_PAGE, after=page.next_after) if page.next_after is not None else None


def _of_verdict(name: str | None, verdict: Verdict) -> dict[str, object]:
    finding = verdict.finding
    return {
        "audit": name or "(platform)",
        "intact": verdict.is_intact,
        "events": verdict.events,
        "segments": verdict.segments,
        "expired_segments": verdict.expired_segments,
        "begins_at": time(verdict.begins_at),
        "unsealed_since": time(verdict.unsealed_since),
        "anchor": None if verdict.anchor is None else str(verdict.anchor),
        "damage": None if finding is None else finding.damage.value,
        "part": None if finding is None else finding.part.value,
        "id": None if finding is None else finding.id,
        "finding": None if finding is None else finding.sentence,
    }


def _anchor(text: str | None) -> Anchor | None:
    from opentrusty_core.domain.verdict import Anchor

    try:
        return None if text is None else Anchor.parse(text)
    except ValueError:
        raise click.UsageError("--anchor: it is not as `audit verify` prints one.") from None
