"""Logins: where the command line is signed in, and the tokens that it got there.

They are kept in one file that only its owner can read, in `$XDG_CONFIG_HOME/opentrusty` (else `~/.config/opentrusty`).
One of them is current: commands work through it unless they are told otherwise.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opentrusty_cli.errors import NotSignedIn
from opentrusty_cli.out_files import write_private
from opentrusty_cli.remote.reading import read
from opentrusty_core.errors import ConfigurationError, OpenTrustyError

CURRENT = "current"
"""Stands for the current login wherever one is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One person at one Admin Plane, as somebody of one tenant; the endpoints are the issuer's."""

    admin_url: str
    tenant: str
    issuer: str
    token_endpoint: str
    revocation_endpoint: str
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime

    @property
    def name(self) -> str:
        """As in `acme@api.example.org`."""
        return f"{self.tenant}@{urlsplit(self.admin_url).netloc}"

    @property
    def again(self) -> str:
        """The command that signs in anew."""
        return f"opentrusty login {self.admin_url} --tenant {self.tenant}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Every login by its name, and which is current."""

    current: str | None = None
    logins: Mapping[str, Login] = field(default_factory=dict)

    def find(self, wanted: str = CURRENT) -> Login:
        """The login of this name, or at this Admin Plane: there the current one, or the only one.

        Raises:
            NotSignedIn: there is none, or more than one that could be meant.
        """
        current = None if self.current is None else self.logins.get(self.current)
        if wanted == CURRENT:
            if current is None:
                raise NotSignedIn("You are not signed in. Sign in: opentrusty login ADMIN_URL --tenant NAME")
            return current
        if wanted in self.logins:
            return self.logins[wanted]
        there = [login for login in self.logins.values() if login.admin_url == wanted.rstrip("/")]
        if current in there and current is not None:
            return current
        if len(there) == 1:
            return there[0]
        if there:
            raise NotSignedIn(f"Name one of the logins there: {', '.join(login.name for login in there)}")
        raise NotSignedIn(f"You are not signed in at {wanted}. Sign in: opentrusty login ADMIN_URL --tenant NAME")


class Logins:
    """The file of logins."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        base = environ.get("XDG_CONFIG_HOME", "")
        home = Path(base) if base.startswith("/") else Path.home() / ".config"  # relative ones are invalid (XDG)
        self._folder = home / "opentrusty"
        self.path = self._folder / "logins.json"

    def known(self) -> Known:
        """What is in the file; nothing where there is none.

        Raises:
            ConfigurationError: others may read it, or it does not hold what was written there.
        """
        try:
            with self.path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                content = file.read()
        except FileNotFoundError:
            return Known()
        except OSError as error:
            raise ConfigurationError(f"{self.path} cannot be read: {error.strerror}.") from None
        if mode & 0o077:
            raise ConfigurationError(f"Others may read {self.path}, which holds tokens. First: chmod 600 {self.path}")
        try:
            data: Any = json.loads(content)
            logins = {str(name): read(Login, login) for name, login in data["logins"].items()}
            return Known(current=data["current"], logins=logins)
        except (ValueError, KeyError, TypeError, AttributeError, OpenTrustyError):
            raise ConfigurationError(
                f"{self.path} does not hold what was written there. Remove it and sign in again."
            ) from None

    def keep(self, login: Login, *, current: bool = False) -> None:
        """Write the login down, in the place of one of its name."""
        with self.lock():
            known = self.known()
            logins = {**known.logins, login.name: login}
            self._write(replace(known, logins=logins, current=login.name if current else known.current))

    def make_current(self, login: Login) -> None:
        """Let commands work through this login from now on."""
        with self.lock():
            self._write(replace(self.known(), current=login.name))

    def forget(self, login: Login) -> None:
        """Remove the login. Where it was current, none is."""
        with self.lock():
            known = self.known()
            logins = {name: other for name, other in known.logins.items() if name != login.name}
            self._write(replace(known, logins=logins, current=known.current if known.current in logins else None))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Nobody else changes the file, or refreshes a login, until it is given back; not reentrant."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def replaced(self, login: Login) -> None:
        """Write a refreshed login down, within `lock`; one that was forgotten meanwhile stays so."""
        known = self.known()
        if login.name in known.logins:
            self._write(replace(known, logins={**known.logins, login.name: login}))

    def _write(self, known: Known) -> None:
        logins = {name: _dumped(login) for name, login in sorted(known.logins.items())}
        write_private(self.path, {"current": known.current, "logins": logins})


def _dumped(login: Login) -> dict[str, object]:
    return {**asdict(login), "expires_at": login.expires_at.isoformat()}
