"""The figures that ours are held against: CPU µs of server and PostgreSQL for an operation, 16 connections, one worker.

Measured beforehand on the reference machine (2 cores), each server in one process: a certified provider in Node.js with
everything in memory and on PostgreSQL, and the least that the work costs in Python (a bare ASGI answer; a prototype
without checks). On another machine compare ratios to the floor, which every run measures anew.
"""

from __future__ import annotations

from dataclasses import dataclass

FLOOR = 22
"""CPU µs of a bare ASGI answer on the reference machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """µs for one operation: what we want on PostgreSQL, what the Node provider takes, what nothing can go below."""

    goal: int | None = None
    node_memory: int | None = None
    node_postgresql: int | None = None
    floor: int | None = None


NONE = Reference()
DISCOVERY = Reference(goal=60, node_memory=97, node_postgresql=101, floor=22)
JWKS = Reference(goal=50, node_memory=70, node_postgresql=75, floor=22)
CLIENT_CREDENTIALS_ES256 = Reference(goal=170, node_memory=288, node_postgresql=275, floor=92)
CLIENT_CREDENTIALS_RS256 = Reference(goal=440, node_memory=557, node_postgresql=585, floor=353)
REFRESH_RS256 = Reference(goal=740, node_memory=747, node_postgresql=1556, floor=654)
REFRESH_ES256 = Reference(goal=450, node_memory=459, node_postgresql=1300, floor=370)
CODE = Reference(goal=1350, node_memory=1633, node_postgresql=2998, floor=973)
PASSWORD = Reference(goal=1850, node_memory=1899, node_postgresql=4581, floor=1343)
INTROSPECTION = Reference(goal=195, node_memory=196, node_postgresql=636, floor=128)
USERINFO = Reference(goal=180, node_memory=183, node_postgresql=483, floor=115)
ASGI = Reference(floor=22)
STARLETTE = Reference(floor=42)
