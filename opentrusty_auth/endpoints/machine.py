"""What programs call: hot paths, so each does nothing but hand the request on."""

from __future__ import annotations

from opentrusty_auth.plane import Plane
from opentrusty_core import HttpResponse, Issuer
from opentrusty_server.http import Request


async def discovery(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    return plane.provider.protocol.discovery(issuer)


async def jwks(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    return plane.provider.protocol.jwks(issuer)


async def token(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    http = await request.read()
    response = await plane.provider.protocol.token(http, issuer)
    if response.status == 200:
        plane.metrics.tokens(http.body)
    return response


async def userinfo(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    return await plane.provider.protocol.userinfo(await request.read(), issuer)


async def introspect(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    return await plane.provider.protocol.introspection(await request.read(), issuer)


async def revoke(request: Request, issuer: Issuer, plane: Plane) -> HttpResponse:
    return await plane.provider.protocol.revocation(await request.read(), issuer)
