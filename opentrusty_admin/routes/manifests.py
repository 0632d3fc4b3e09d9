"""A tenant as data: read whole, planned, and made what the data says."""

from __future__ import annotations

from urllib.parse import quote

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.problems import FieldErrors
from opentrusty_admin.schemas.manifests import Applied, DoneOut, ManifestIn, ManifestOut, PlanOut
from opentrusty_admin.schemas.problem import FieldError
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import DomainError, Invalid, StoreError, TemporarilyUnavailable
from opentrusty_core.management.manifests import Plan, read_manifest

_PATH = "/tenants/{tenant}/manifest"
_WRITES = (
    Permission.TENANT_CONFIGURE,
    Permission.CLIENT_WRITE,
    Permission.ROLE_WRITE,
    Permission.GROUP_WRITE,
    Permission.ROLE_ASSIGN,
)


@operation(
    "GET",
    _PATH,
    returns=ManifestOut,
    permission=Permission.CLIENT_READ,
    also=(Permission.TENANT_READ, Permission.ROLE_READ, Permission.GROUP_READ),
)
async def get_manifest(ctx: Call) -> ManifestOut:
    """Show a tenant's manifest: applied to the tenant, it changes nothing."""
    return ManifestOut(manifest=await ctx.management.manifests.export(ctx.actor, ctx.tenant_id))


@operation(
    "POST",
    f"{_PATH}/plan",
    body=ManifestIn,
    returns=PlanOut,
    permission=Permission.CLIENT_READ,
    also=(Permission.TENANT_READ,),
)
async def plan_manifest(ctx: Call[ManifestIn]) -> PlanOut:
    """Show what would have to be done to make a tenant what a manifest says; nothing is done.

    Roles, clients and groups in it need `role:read` too, groups `group:read`.
    """
    return PlanOut.of(await _planned(ctx))


@operation(
    "POST",
    f"{_PATH}/apply",
    body=ManifestIn,
    returns=Applied,
    permission=_WRITES,
    also=(Permission.TENANT_READ, Permission.CLIENT_READ),
)
async def apply_manifest(ctx: Call[ManifestIn]) -> Applied:
    """Make a tenant what a manifest says.

    Each step asks for its own permission: settings for `tenant:configure`, APIs and clients for `client:write`, roles
    and groups for `role:write` and `group:write`, what groups hold for `role:assign`.
    """
    done: list[DoneOut] = []
    plan = await _planned(ctx)
    try:
        async for it in ctx.management.manifests.apply(ctx.actor, plan):
            done.append(DoneOut.of_done(it))  # noqa: PERF401 - one by one: what was done before a failure is told
    except (DomainError, StoreError) as error:
        if not done:
            raise
        failure = str(error) if isinstance(error, DomainError) else TemporarilyUnavailable.description
        return Applied(done=tuple(done), failure=failure)  # the secrets in it are shown this once
    return Applied(done=tuple(done), failure=None)


async def _planned(ctx: Call[ManifestIn]) -> Plan:
    try:
        manifest = read_manifest(ctx.body.manifest)
        if manifest.tenant != ctx.request.tenant:
            raise Invalid({"/tenant": "It is not the tenant of this address."})
        return await ctx.management.manifests.plan(ctx.actor, manifest, delete=ctx.body.delete)
    except Invalid as error:
        raise FieldErrors(
            FieldError(pointer=f"#/manifest{quote(pointer)[:300]}", detail=why) for pointer, why in error.fields.items()
        ) from None
