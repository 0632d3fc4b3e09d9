"""An application's own users table, and the `Directory` that lets OpenTrusty sign its people in.

The table was there before; OpenTrusty never writes to it. Its password hashes are whatever the application made: `Passwords`
reads argon2, bcrypt, PBKDF2, scrypt, SHA-crypt and LDAP ones.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from opentrusty_core import Passwords, SystemRuntime, User
from opentrusty_core.domain.user import UserStatus

passwords = Passwords(SystemRuntime().token_bytes)


class UsersTable:
    """People as the application knows them: `customers(id, email, full_name, password_hash, blocked, created_at, updated_at)`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def find(self, tenant_id: str, identifier: str) -> User | None:
        return self._customer("email = ?", identifier.strip().lower())

    async def get(self, tenant_id: str, user_id: str) -> User | None:
        return self._customer("id = ?", user_id)

    async def check_password(self, tenant_id: str, user: User | None, password: str) -> bool:
        row = self._row("id = ?", user.id) if user else None
        if row is None:
            await passwords.verify_dummy(password)  # nobody's password takes as long as somebody's
            return False
        return (await passwords.verify(row["password_hash"], password)).ok

    def _customer(self, condition: str, value: str) -> User | None:
        row = self._row(condition, value)
        return None if row is None else _user(row)

    def _row(self, condition: str, value: str) -> sqlite3.Row | None:
        with closing(sqlite3.connect(self._path)) as connection:
            connection.row_factory = sqlite3.Row
            row: sqlite3.Row | None = connection.execute(f"SELECT * FROM customers WHERE {condition}", (value,)).fetchone()
            return row


def _user(row: sqlite3.Row) -> User:
    return User(
        id=str(row["id"]),  # the `sub` of every token: never given to somebody else later
        username=row["email"],
        email=row["email"],
        email_verified=True,
        claims={"name": row["full_name"]},
        status=UserStatus.DISABLED if row["blocked"] else UserStatus.ACTIVE,
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
    )
