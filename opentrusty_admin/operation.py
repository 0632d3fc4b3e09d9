"""Operations: what the Admin Plane can do, each declared once. Routes and the OpenAPI document are made of them.

    @operation("POST", "/tenants/{tenant}/clients", body=NewClient, returns=(201, ClientWithSecret),
               permission=Permission.CLIENT_WRITE, identified_by="client_id")
    async def create_client(ctx: Call[NewClient]) -> ClientWithSecret:
        \"\"\"Register a client. A confidential one gets a secret, shown this once.\"\"\"
        made = await ctx.management.clients.create(ctx.actor, ctx.tenant_id, ctx.body.to_domain())
        return ClientWithSecret.of(made)

An operation holds no rule: the use case that it calls asks for its permission itself. What is declared here is asked
for as well, before anything of the request is looked at, and tests hold the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from opentrusty_admin.call import Call
from opentrusty_admin.schemas.base import Model, NoQuery, Query
from opentrusty_admin.stream import Upload
from opentrusty_core.domain.role import Permission
from opentrusty_server.application import Stream

PREFIX: Final = "/api/v1"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


class Access(Enum):
    """Who may call an operation that needs no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


Needed = Permission | tuple[Permission, ...] | Access
Handler = Callable[[Call[Any, Any]], Awaitable[Model | Stream | None]]
Answer = type[Model] | type[Stream] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    `permission` (of several: any) is needed in the tenant that the path names, on the platform where it names none, and
    all of `also` with it. `body` is the model of a JSON body, or an `Upload` of other media types; `answer` the model
    of what is answered with `status` (a `Stream` is of one of the media types that it `produces`);
    `conditional` operations take If-Match; `identified_by` names the field of the answer that its own path ends with,
    for the Location of what was made; `fields` says where the request has what a use case names otherwise, such as
    `{"username": "owner/username"}`.
    """

    method: str
    path: str
    handler: Handler
    permission: Needed
    also: tuple[Permission, ...] = ()
    body: type[Model] | Upload | None = None
    query: type[Query] = NoQuery
    status: int = 200
    answer: Answer = None
    produces: tuple[str, ...] = ()
    conditional: bool = False
    identified_by: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its name in the document, in logs and in metrics."""
        return self.handler.__name__

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """The permissions of which one is needed; none where `permission` says who may call instead."""
        match self.permission:
            case Access():
                return ()
            case Permission():
                return (self.permission,)
            case several:
                return several

    @property
    def is_answered_once(self) -> bool:
        """Whether a request that is sent again with the same Idempotency-Key gets the first answer."""
        return self.method == "POST" and self.answer is not Stream and not isinstance(self.body, Upload)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in its path."""
        return tuple(_PARAMETER.findall(self.path))

    @property
    def words(self) -> tuple[str, str]:
        """What it does, in a line, and the rest that is to be said."""
        first, _, rest = (self.handler.__doc__ or "").strip().partition("\n")
        return first, "\n".join(line.strip() for line in rest.strip().splitlines())


def operation(
    method: str,
    path: str,
    *,
    permission: Needed,
    also: tuple[Permission, ...] = (),
    returns: Answer | tuple[int, Answer] = None,
    body: type[Model] | Upload | None = None,
    query: type[Query] = NoQuery,
    produces: tuple[str, ...] = (),
    conditional: bool = False,
    identified_by: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> Callable[[Handler], Operation]:
    """Declares the decorated function as an operation; `returns` is 200 with a model, 204 without one, or says both."""
    status, answer = returns if isinstance(returns, tuple) else (200 if returns else 204, returns)

    def declare(handler: Handler) -> Operation:
        return Operation(
            method=method,
            path=path,
            handler=handler,
            permission=permission,
            also=also,
            body=body,
            query=query,
            status=status,
            answer=answer,
            produces=produces,
            conditional=conditional,
            identified_by=identified_by,
            fields=fields or {},
        )

    return declare
