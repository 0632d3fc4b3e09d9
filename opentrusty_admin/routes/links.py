"""Links by which people choose their password, and the end of a wait after mistyping it."""

from __future__ import annotations

from opentrusty_admin.call import Call
from opentrusty_admin.operation import operation
from opentrusty_admin.schemas.links import LinkOfUser, LinkOut, MadeLinkOut, NewInvitation, NewLink, Unlocked, Withdrawn
from opentrusty_core.domain.role import Permission

_ONE = "/tenants/{tenant}/users/{user_id}"
_RESET = Permission.USER_RESET_CREDENTIAL
_LINK = {name: f"link/{name}" for name in ("lifetime", "mailed", "client_id")}


@operation(
    "POST",
    "/tenants/{tenant}/invitations",
    body=NewInvitation,
    returns=(201, MadeLinkOut),
    permission=Permission.USER_WRITE,
    fields=_LINK,
)
async def invite_user(ctx: Call[NewInvitation]) -> MadeLinkOut:
    """Add a user without a password, and a link by which they choose one.

    The link is shown in this answer and never again.
    """
    fields, link = ctx.body.to_domain(), ctx.body.link
    made = await ctx.management.links.invite(ctx.actor, ctx.tenant_id, fields, **link.terms(), client_id=link.client_id)
    return MadeLinkOut.of_made(made)


@operation("POST", f"{_ONE}/invitation", body=NewLink, returns=(201, MadeLinkOut), permission=_RESET)
async def invite_user_again(ctx: Call[NewLink]) -> MadeLinkOut:
    """Make another invitation for a user who has no password yet, in the place of the one before.

    The link is shown in this answer and never again.
    """
    made = await ctx.management.links.invite_again(
        ctx.actor, ctx.tenant_id, ctx.path["user_id"], **ctx.body.terms(), client_id=ctx.body.client_id
    )
    return MadeLinkOut.of_made(made)


@operation("POST", f"{_ONE}/password-reset", body=NewLink, returns=(201, MadeLinkOut), permission=_RESET)
async def start_password_reset(ctx: Call[NewLink]) -> MadeLinkOut:
    """Make a link by which a user chooses a new password; the one that they have stays good until then.

    The link is shown in this answer and never again. Using it ends every session and grant of the user.
    """
    made = await ctx.management.links.start_reset(
        ctx.actor, ctx.tenant_id, ctx.path["user_id"], **ctx.body.terms(), client_id=ctx.body.client_id
    )
    return MadeLinkOut.of_made(made)


@operation("GET", f"{_ONE}/link", returns=LinkOfUser, permission=Permission.USER_READ)
async def get_user_link(ctx: Call) -> LinkOfUser:
    """Show whether a user has a link that is good, and until when."""
    link = await ctx.management.links.of_user(ctx.actor, ctx.tenant_id, ctx.path["user_id"])
    return LinkOfUser(link=None if link is None else LinkOut.of(link))


@operation("DELETE", f"{_ONE}/link", returns=Withdrawn, permission=_RESET)
async def withdraw_user_link(ctx: Call) -> Withdrawn:
    """Make the link of a user good for nothing."""
    withdrawn = await ctx.management.links.withdraw(ctx.actor, ctx.tenant_id, ctx.path["user_id"])
    return Withdrawn(withdrawn=withdrawn)


@operation("POST", f"{_ONE}/unlock", returns=Unlocked, permission=_RESET)
async def unlock_user(ctx: Call) -> Unlocked:
    """Forget a user's failed sign-ins, so that they need not wait."""
    return Unlocked(unlocked=await ctx.management.users.unlock(ctx.actor, ctx.tenant_id, ctx.path["user_id"]))
