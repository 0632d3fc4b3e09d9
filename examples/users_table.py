"""An application's own users table, and the `Directory` over it by which OpenTrusty signs its people in.

The table was there before, and OpenTrusty never writes to it. The hashes are the application's: `Passwords` verifies
argon2, bcrypt, PBKDF2, scrypt, SHA-crypt and LDAP ones.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from opentrusty_core import Passwords, SystemRuntime, User

CUSTOMERS = """
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given to somebody else later: it is the `sub` of every token
    email TEXT UNIQUE NOT NULL,
    full_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    blocked INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
)
"""
passwords = Passwords(SystemRuntime().token_bytes)


class UsersTable:
    """The people of an SQLite file; one who is blocked looks absent, which ends all that they hold."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def find(self, tenant_id: str, identifier: str) -> User | None:
        """The customer who signs in by this email."""
        return _user(self._row("email = ?", identifier.strip().lower()))

    async def get(self, tenant_id: str, user_id: str) -> User | None:
        """The customer with this id."""
        return _user(self._row("id = ?", user_id))

    async def check_password(self, tenant_id: str, user: User | None, password: str) -> bool:
        """Whether the password is the customer's; nobody's takes as long as somebody's."""
        row = self._row("id = ?", user.id) if user else None
        if row is None:
            await passwords.verify_dummy(password)
            return False
        return (await passwords.verify(row["password_hash"], password)).ok

    def _row(self, condition: str, value: str) -> sqlite3.Row | None:
        with closing(sqlite3.connect(self._path)) as connection:
            connection.row_factory = sqlite3.Row
            query = f"SELECT * FROM customers WHERE NOT blocked AND {condition}"
            row: sqlite3.Row | None = connection.execute(query, (value,)).fetchone()
            return row


def _user(row: sqlite3.Row | None) -> User | None:
    if row is None:
        return None
    return User(
        id=str(row["id"]),
        username=row["email"],
        email=row["email"],
        email_verified=True,
        claims={"name": row["full_name"]},
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
    )
