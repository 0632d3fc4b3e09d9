"""The composition root and the public names of the library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import opentrusty_core
from tests.support.auth_plane import World

SOURCE = Path(opentrusty_core.__file__).read_text()


@pytest.mark.parametrize("name", opentrusty_core.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    """What the package promises can be imported from it, and says what it is."""
    value = getattr(opentrusty_core, name)
    assert name in dir(opentrusty_core)
    assert value.__doc__ or not isinstance(value, type)


def test_type_checkers_see_just_the_names_that_are_there() -> None:
    """The names for type checkers and those at run time are one list."""
    (guarded,) = [node for node in ast.parse(SOURCE).body if isinstance(node, ast.If)]
    declared = {alias.asname for node in guarded.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert declared == set(opentrusty_core.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelling is told as Python tells it."""
    with pytest.raises(AttributeError, match="Provide"):
        opentrusty_core.Provide  # noqa: B018 - the point


def test_importing_the_package_imports_nothing_heavy() -> None:
    """Commands that only print help stay fast."""
    code = "import sys, opentrusty_core; print([m for m in ('cryptography', 'argon2', 'sqlite3') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "[]"


@pytest.mark.case("K17")
async def test_only_well_formed_cookies_are_looked_up(world: World) -> None:
    """Other text never reaches the database, and a handle of one kind is none of another."""
    good, session = "otb_" + "a" * 43, "otn_" + "a" * 43
    assert world.provider.browser(good, session).hash is not None
    assert world.provider.browser(good, session).session_hash is not None
    for value in (None, "", "x", session, good + "a", good[:-1], good.upper(), " " + good):
        assert world.provider.browser(value, None).hash is None
    assert world.provider.browser(None, good).session_hash is None


async def test_one_cache_of_clients_serves_protocol_and_sign_in(world: World) -> None:
    """A client that the protocol has just read costs the sign-in no statement."""
    async with world.browser() as browser:
        await browser.get(world.authorize_url())
    deps = world.provider.protocol._deps
    held = dict(deps.clients._values)
    assert (world.tenant.id, "shop") in held
    assert world.provider.signin._deps.client == deps.client_of
    assert await deps.client_of(world.tenant.id, "shop") is held[world.tenant.id, "shop"].value
