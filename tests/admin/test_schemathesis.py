"""schemathesis finds nothing: over every operation of the OpenAPI document, against a process of its own.

It sends what the document allows and what it does not, and holds each answer against the document: no 5xx, no status,
media type or body that is not described, nothing taken that the schema refuses, no answer without credentials.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from opentrusty_admin.operation import Operation
from opentrusty_admin.routes import OPERATIONS
from opentrusty_core.domain.role import BUILTIN_ROLES
from tests.support.deployment import Deployment, deploy
from tests.support.http import nothing_left_open

__all__ = ["nothing_left_open"]

pytestmark = pytest.mark.slow

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
"""All but those that ask for what is not promised: that whatever fits the schema is acceptable to the use case."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    deployment = deploy(tmp_path_factory.mktemp("schemathesis")).with_admin()
    with deployment.serving(), deployment.serving_admin():
        yield deployment


def ends_the_caller(operation: Operation) -> bool:
    """Whether it would end the tenant that everything else is tried in."""
    return operation.parameters == ("tenant",) and operation.method in {"DELETE", "POST"}


def run(served: Deployment, folder: Path, operations: list[Operation], token: str, tenant: str) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(folder / "schemathesis.toml")),
        *("run", f"{served.settings.admin_url}/api/v1/openapi.json", "-H", f"Authorization: Bearer {token}"),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--seed", "1", "--no-shrink"),
        *("--checks", ",".join(CHECKS), "--warnings", "off", "--suppress-health-check", "all"),
        *(f"--include-operation-id={operation.id}" for operation in operations),
    ]
    (folder / "schemathesis.toml").write_text(f'[parameters]\n"path.tenant" = "{tenant}"\n')
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5000:]
    assert f"Tested: {len(operations)}\n" in done.stdout


@pytest.mark.case("J2", "L1")
def test_nothing_is_found_by_an_owner(served: Deployment, tmp_path: Path) -> None:
    token = served.service_token("acme", "tenant_owner")
    operations = [found for found in OPERATIONS if not ends_the_caller(found)]
    run(served, tmp_path, operations, token, "acme")


def test_nothing_is_found_by_the_platform(served: Deployment, tmp_path: Path) -> None:
    """Whoever may end tenants tries it on another one."""
    assert "platform_admin" in BUILTIN_ROLES
    token = served.service_token("platform", "platform_admin", "tenant_owner")
    operations = [found for found in OPERATIONS if "tenant" not in found.parameters or ends_the_caller(found)]
    run(served, tmp_path, operations, token, "globex")
