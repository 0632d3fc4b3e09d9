"""One SQL store for two engines: SQLite for a single machine, PostgreSQL for everything else.

From the top: `store` hands out `repositories`, which run named queries (`queries/*.sql`, loaded by `queries`) on an
`engine`; `sqlite` and `postgres` are the engines. `codec` and `rows` say how the domain's records lie in the tables of
`schema/`, and `migrations` brings those about.
"""

from __future__ import annotations
