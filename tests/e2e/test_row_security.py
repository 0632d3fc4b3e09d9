"""A whole deployment on PostgreSQL with row-level security: nothing that anybody does needs more than it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import psycopg
import pytest

from opentrusty_core.stores import open_store
from tests.support.deployment import deploy
from tests.support.http import ok
from tests.support.postgres import OWNER, SERVER, Cluster

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.case("I4")]


async def secured(url: str) -> None:
    """A database with its schema, and row-level security."""
    store = open_store(url)
    await store.migrate(row_security=True)
    await store.close()


def test_a_person_signs_in_and_maintenance_runs(
    tmp_path: Path, postgres_cluster: Cluster, postgres_roles: Callable[[str], None]
) -> None:
    """From the demo's tenants, made with it, to tokens, a refresh and a client's own; and the doctor is content."""
    with postgres_cluster.database(user=OWNER) as url:
        name = url.rpartition("/")[2]
        postgres_roles(name)
        with psycopg.connect(postgres_cluster.url(name), autocommit=True) as session:
            session.execute(f"GRANT CREATE ON SCHEMA public TO {SERVER}")  # making the demo asks for migrations
        anyio.run(secured, url)
        deployment = deploy(tmp_path, f"{postgres_cluster.url(name, user=SERVER)}?row_security=on")
        with deployment.serving(workers=2), deployment.http() as http:
            for tenant in ("acme", "globex"):
                web, person = deployment.application("web", tenant=tenant), deployment.person(tenant)
                tokens = web.tokens_for(person)
                form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
                assert web.post(http, "token", form).status == 200
                machine = deployment.application("machine", tenant=tenant)
                assert machine.post(http, "token", {"grant_type": "client_credentials"}).status == 200
            assert ok(f"{deployment.auth_url}/readyz")
        for command in (
            ("maintain",),
            ("tenant", "list"),
            ("user", "list", "-t", "acme"),
            ("audit", "verify", "-t", "acme"),
        ):
            done = deployment.opentrusty(*command)
            assert done.returncode == 0, done.stderr
        doctor = deployment.opentrusty("doctor", "-o", "json")
        assert f"PostgreSQL keeps tenants apart for {SERVER}." in doctor.stdout
        with psycopg.connect(postgres_cluster.url(name, user=SERVER)) as session:
            assert session.execute("SELECT count(*) FROM users").fetchone() == (0,)
