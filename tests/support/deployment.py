"""Deployments as an operator makes them: a prepared database, a master key, and `opentrusty serve auth` over them."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from opentrusty_cli.demo import Credentials
from opentrusty_cli.dev import describe, prepare
from opentrusty_core.config import Settings
from opentrusty_core.domain.client import AuthMethod, GrantType
from opentrusty_core.domain.principal import Principal
from opentrusty_core.management import Management
from opentrusty_core.runtime import SystemRuntime
from tests.support.application import Application
from tests.support.dev import OPENTRUSTY, tenant_of
from tests.support.http import Http, ok
from tests.support.management import ACTOR, Managed, in_thread
from tests.support.person import Person
from tests.support.servers import ServerProcess, free_port, running

PREFIX = "OPENTRUSTY_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A prepared database, with the demo's tenants in it, and the settings that every process of it shares."""

    folder: Path
    settings: Settings
    credentials: Credentials

    @property
    def auth_url(self) -> str:
        return self.settings.auth_url

    @property
    def port(self) -> int:
        """Where the Auth Plane listens, on 127.0.0.1."""
        port = urlsplit(self.auth_url).port
        assert port is not None
        return port

    @property
    def managed(self) -> Managed:
        """The use cases of administrators over its database."""
        settings = self.settings
        return Managed(
            database_url=settings.database_url, master_key_file=settings.master_key_file, admin_url=settings.admin_url
        )

    @property
    def environ(self) -> dict[str, str]:
        """The settings as the processes read them."""
        found = {
            f"{PREFIX}DATABASE_URL": self.settings.database_url,
            f"{PREFIX}AUTH_URL": self.auth_url,
            f"{PREFIX}ADMIN_URL": self.settings.admin_url,
            f"{PREFIX}CONSOLE_URL": self.settings.console_url,
            f"{PREFIX}MASTER_KEY_FILE": str(self.settings.master_key_file),
        }
        return {name: value for name, value in found.items() if value is not None}

    def tenant(self, name: str = "acme") -> dict[str, Any]:
        """A tenant as the ready file of `opentrusty dev` would describe it."""
        return tenant_of(describe(self.settings, self.credentials), name)

    def application(self, client_id: str, *, tenant: str = "acme", scope: str = "openid") -> Application:
        """One of the demo's clients."""
        return Application.of(self.tenant(tenant), client_id, scope=scope)

    def person(self, tenant: str = "acme", username: str = "alice") -> Person:
        """Somebody at a browser; the caller closes its connection."""
        user = next(user for user in self.tenant(tenant)["users"] if user["username"] == username)
        return Person(self.auth_url, username, user["password"])

    @contextmanager
    def serving(
        self, settings: Mapping[str, object] | None = None, *, workers: int = 1, ready: bool = True
    ) -> Iterator[ServerProcess]:
        """`opentrusty serve auth` with more settings, such as `cookie_domain`; waits until it is `ready`, or live."""
        more = {f"{PREFIX}{name.upper()}": str(value) for name, value in (settings or {}).items()}
        probe = f"{self.auth_url}/{'readyz' if ready else 'livez'}"
        command = [*OPENTRUSTY, "serve", "auth", "--port", str(self.port), "--workers", str(workers)]
        log = self.folder / "serve.log"
        with running(command, log=log, ready=lambda: ok(probe), env=self.environ | more, seconds=30) as process:
            yield process

    def with_admin(self) -> Deployment:
        """The same with an Admin Plane: both planes have to know of it."""
        admin_url = f"http://127.0.0.1:{free_port()}"
        return replace(self, settings=replace(self.settings, admin_url=admin_url))

    def with_console(self) -> Deployment:
        """The same with a console: every plane has to know of it."""
        console_url = f"http://127.0.0.1:{free_port()}"
        return replace(self, settings=replace(self.settings, console_url=console_url))

    @contextmanager
    def serving_console(self) -> Iterator[ServerProcess]:
        """`opentrusty serve console`; waits until it is ready."""
        url = str(self.settings.console_url)
        command = [*OPENTRUSTY, "serve", "console", "--port", str(urlsplit(url).port)]
        log = self.folder / "console.log"
        with running(command, log=log, ready=lambda: ok(f"{url}/readyz"), env=self.environ, seconds=30) as process:
            yield process

    @contextmanager
    def serving_admin(self, *, workers: int = 1, metrics_port: int | None = None) -> Iterator[ServerProcess]:
        """`opentrusty serve admin`; waits until it is ready."""
        more = {} if metrics_port is None else {f"{PREFIX}METRICS_PORT": str(metrics_port)}
        url = str(self.settings.admin_url)
        command = [*OPENTRUSTY, "serve", "admin", "--port", str(urlsplit(url).port), "--workers", str(workers)]
        log = self.folder / "admin.log"
        with running(
            command, log=log, ready=lambda: ok(f"{url}/readyz"), env=self.environ | more, seconds=30
        ) as process:
            yield process

    def service_token(self, tenant: str, *roles: str) -> str:
        """An access token for the Admin Plane, of a new client of the tenant with these roles; it lives for a day."""
        client_id = f"service-{tenant}"

        async def make(management: Management) -> str:
            home = await management.tenants.find(ACTOR, tenant)
            made = await management.clients.create(
                ACTOR,
                home.id,
                {
                    "client_name": "Service",
                    "grant_types": (GrantType.CLIENT_CREDENTIALS,),
                    "redirect_uris": (),
                    "scope": ("admin",),
                    "token_endpoint_auth_method": AuthMethod.POST,
                    "access_token_lifetime": dt.timedelta(days=1),
                },
                client_id=client_id,
            )
            for role in roles:
                await management.roles.assign(ACTOR, home.id, Principal.client(client_id), role)
            return str(made.secret)

        secret = self.managed.run(make)
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        answer = self.http().request("POST", f"/t/{tenant}/token", form=form)
        return str(answer.json()["access_token"])

    def opentrusty(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line over this deployment."""
        return run_opentrusty(*arguments, env=self.environ)

    def http(self) -> Http:
        """A connection to the Auth Plane."""
        return Http(self.auth_url)


def deploy(folder: Path, database_url: str | None = None, *, auth_url: str | None = None) -> Deployment:
    """Migrate a database (an SQLite file by default) and fill it as `opentrusty dev` does."""
    settings = Settings(
        database_url=database_url or f"sqlite:///{folder / 'opentrusty.db'}",
        auth_url=auth_url or f"http://127.0.0.1:{free_port()}",
        master_key_file=folder / "opentrusty.key",
    )
    credentials = in_thread(lambda: anyio.run(prepare, settings, folder / "credentials.json"))
    return Deployment(folder=folder, settings=settings, credentials=credentials)


def run_opentrusty(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [*OPENTRUSTY, *arguments],
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def make_certificate(folder: Path, *hosts: str) -> dict[str, Path]:
    """A certificate of our own for these hosts, as the settings that name it."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = SystemRuntime().now()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0])])
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([*names, x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    files = {"tls_certificate_file": folder / "tls.crt", "tls_key_file": folder / "tls.key"}
    files["tls_certificate_file"].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files["tls_key_file"].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files
