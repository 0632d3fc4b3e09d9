"""PostgreSQL, by psycopg's libpq; imported only where the database is one."""

from __future__ import annotations
