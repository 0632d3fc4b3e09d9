"""The checks of `opentrusty doctor`, each a small function from the deployment to its findings."""

from __future__ import annotations

import ssl
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from opentrusty_cli.errors import sentence
from opentrusty_core.config import Settings, is_loopback
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.role import PLATFORM_ADMIN
from opentrusty_core.errors import ConfigurationError, RowsHidden, SchemaMismatch, StoreError
from opentrusty_core.management import check_master_keys, load_master_keys, older_keys
from opentrusty_core.runtime import Runtime
from opentrusty_core.storage import Exemption, Store

MAX_CLOCK_OFFSET = timedelta(seconds=5)


class Grade(StrEnum):
    """How bad it is."""

    FINE = "ok"
    DOUBTFUL = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found, and what to do about it."""

    check: str
    grade: Grade
    finding: str
    advice: str = ""


def of_settings(settings: Settings) -> Iterator[Finding]:
    """What the settings alone tell."""
    yield from _urls(settings)
    yield from _console(settings)
    yield from _cookie_domain(settings)
    yield from _tls(settings)
    yield from _ca_bundle(settings)
    yield from _master_key_file(settings)


async def of_database(store: Store, settings: Settings, runtime: Runtime) -> list[Finding]:
    """What only the database tells; what needs it is left out where it does not answer."""
    database = Finding(check="database", grade=Grade.FINE, finding=f"{settings.database} answers.")
    try:
        await store.check()
    except RowsHidden as error:
        advice = "Say so in the URL of every server and command."
        return [database, Finding(check="row_security", grade=Grade.WRONG, finding=sentence(error), advice=advice)]
    except SchemaMismatch as error:
        advice = "Run `opentrusty migrate`, with the version of OpenTrusty that shall serve."
        return [database, Finding(check="schema", grade=Grade.WRONG, finding=sentence(error), advice=advice)]
    except StoreError as error:
        advice = "Check that it runs, that this machine reaches it, and DATABASE_URL."
        return [Finding(check="database", grade=Grade.WRONG, finding=sentence(error), advice=advice)]
    return [
        database,
        Finding(check="schema", grade=Grade.FINE, finding="It is this version's."),
        *[found async for found in _master_key(store, settings, runtime)],
        await _clock(store, runtime),
        *await _row_security(store),
        await _administrator(store),
    ]


def _urls(settings: Settings) -> Iterator[Finding]:
    for name in ("auth_url", "admin_url", "console_url"):
        url = getattr(settings, name)
        if url is None:
            continue
        if is_loopback(str(urlsplit(url).hostname)):
            advice = f"Set {name.upper()} to the address that people use, over https."
            yield Finding(check=name, grade=Grade.DOUBTFUL, finding=f"{url} is this machine only.", advice=advice)
        else:
            yield Finding(check=name, grade=Grade.FINE, finding=url)


def _console(settings: Settings) -> Iterator[Finding]:
    if settings.console_url is not None and settings.admin_url is None:
        finding = "There is a console and no Admin Plane, so that nobody can sign in to it."
        advice = "Set ADMIN_URL, for every plane."
        yield Finding(check="console", grade=Grade.WRONG, finding=finding, advice=advice)


def _cookie_domain(settings: Settings) -> Iterator[Finding]:
    check, domain = "cookie_domain", settings.cookie_domain
    auth_host = urlsplit(settings.auth_url).hostname
    others = {name: urlsplit(url).hostname for name in ("admin_url", "console_url") if (url := getattr(settings, name))}
    if domain is None:
        if any(host != auth_host for host in others.values()):
            advice = "Set COOKIE_DOMAIN to the parent domain that the planes share."
            finding = "The planes have different hosts, so that they do not share the session."
            yield Finding(check=check, grade=Grade.DOUBTFUL, finding=finding, advice=advice)
        return
    outside = [name for name, host in others.items() if host != domain and not str(host).endswith(f".{domain}")]
    if outside:
        advice = "Use a domain that is a parent of every plane."
        finding = f"{', '.join(outside)} lies outside {domain}."
        yield Finding(check=check, grade=Grade.WRONG, finding=finding, advice=advice)
    else:
        yield Finding(check=check, grade=Grade.FINE, finding=domain)


def _tls(settings: Settings) -> Iterator[Finding]:
    certificate, key = settings.tls_certificate_file, settings.tls_key_file
    if certificate is None or key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: b"")
    except ssl.SSLError as error:
        finding = f"{certificate} and {key} do not go together ({error.reason or 'not PEM, or encrypted'})."
        advice = "Use a PEM certificate chain and its own unencrypted PEM key."
        yield Finding(check="tls", grade=Grade.WRONG, finding=finding, advice=advice)
    except OSError as error:
        finding = f"{certificate} or {key} cannot be read: {error.strerror}."
        advice = "Check the paths, and who may read them."
        yield Finding(check="tls", grade=Grade.WRONG, finding=finding, advice=advice)
    else:
        yield _privacy("tls", key, f"{certificate} and its key go together.")


def _ca_bundle(settings: Settings) -> Iterator[Finding]:
    if settings.ca_bundle is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(settings.ca_bundle)
    except OSError as error:  # ssl.SSLError is one
        finding = f"{settings.ca_bundle} cannot be used: {error.strerror or error}."
        advice = "Use a file of PEM certificates."
        yield Finding(check="ca_bundle", grade=Grade.WRONG, finding=finding, advice=advice)
    else:
        yield Finding(check="ca_bundle", grade=Grade.FINE, finding=str(settings.ca_bundle))


def _master_key_file(settings: Settings) -> Iterator[Finding]:
    """Only who may read it; whether it is the right one, the database tells."""
    if settings.master_key is None and settings.master_key_file.exists():
        yield _privacy("master_key_file", settings.master_key_file, f"Only its owner reads {settings.master_key_file}.")


def _privacy(check: str, path: Path, otherwise: str) -> Finding:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        finding = f"Others than its owner may read {path}."
        return Finding(check=check, grade=Grade.DOUBTFUL, finding=finding, advice=f"Run `chmod 600 {path}`.")
    return Finding(check=check, grade=Grade.FINE, finding=otherwise)


async def _master_key(store: Store, settings: Settings, runtime: Runtime) -> AsyncIterator[Finding]:
    try:
        master_keys = load_master_keys(settings, runtime)
        await check_master_keys(store, master_keys)
    except ConfigurationError as error:
        advice = "Restore the deployment's own master key; nothing starts without it."
        yield Finding(check="master_key", grade=Grade.WRONG, finding=sentence(error), advice=advice)
        return
    yield Finding(check="master_key", grade=Grade.FINE, finding=f"Key {master_keys.key_id} is this database's.")
    needed = await older_keys(store, master_keys)
    if needed is not None:
        grade = Grade.DOUBTFUL if needed.is_here else Grade.WRONG
        yield Finding(check="older_master_keys", grade=grade, finding=needed.finding, advice=needed.advice)


async def _clock(store: Store, runtime: Runtime) -> Finding:
    before = runtime.now()
    theirs = await store.clock()
    after = runtime.now()
    if theirs is None:
        return Finding(check="clock", grade=Grade.FINE, finding="The store has no clock of its own.")
    # Whatever lies between the question and its answer agrees.
    offset = max(before - theirs, theirs - after, timedelta(0))
    if offset > MAX_CLOCK_OFFSET:
        finding = f"This machine's clock and the database's differ by {offset.total_seconds():.0f} seconds."
        advice = "Set both by NTP: tokens and sessions are good for the wrong time."
        return Finding(check="clock", grade=Grade.WRONG, finding=finding, advice=advice)
    return Finding(check="clock", grade=Grade.FINE, finding="This machine's clock and the database's agree.")


async def _row_security(store: Store) -> list[Finding]:
    """Nothing where nobody asked for it."""
    check, found = "row_security", await store.row_security()
    if found is None or not (found.is_used or found.is_in_force):
        return []
    if not found.is_used:
        finding = f"It is in force, and {found.role}, who {found.exemption}, does not use it."
        advice = "Say row_security=on in the URL of every server and command, whose role is another."
        return [Finding(check=check, grade=Grade.DOUBTFUL, finding=finding, advice=advice)]
    if found.unsecured:
        finding = f"It is asked for, and not in force on {', '.join(found.unsecured)}."
        advice = "Run `opentrusty migrate --row-security` as the owner of the tables."
        return [Finding(check=check, grade=Grade.WRONG, finding=finding, advice=advice)]
    if found.exemption is not None:
        grade = Grade.DOUBTFUL if found.exemption is Exemption.OWNER else Grade.WRONG
        finding = f"It is in force, but {found.role} {found.exemption}."
        advice = "Use a role of its own that owns no table, is no superuser and has no BYPASSRLS."
        return [Finding(check=check, grade=grade, finding=finding, advice=advice)]
    return [Finding(check=check, grade=Grade.FINE, finding=f"PostgreSQL keeps tenants apart for {found.role}.")]


async def _administrator(store: Store) -> Finding:
    if (await store.platform.assignments.of_role(PLATFORM_ADMIN.name, PageRequest(limit=1))).items:
        return Finding(check="administrator", grade=Grade.FINE, finding="There is a platform administrator.")
    finding = "There is no platform administrator."
    return Finding(check="administrator", grade=Grade.DOUBTFUL, finding=finding, advice="Run `opentrusty bootstrap`.")
