"""The master key: found, checked against the database, made once, rotated."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from opentrusty_core.config import Settings
from opentrusty_core.crypto.envelope import MasterKeys, WrongMasterKey
from opentrusty_core.errors import ConfigurationError
from opentrusty_core.management import Management, check_master_keys, create_master_key_file, load_master_keys
from opentrusty_core.storage import Store
from tests.management.place import EVERYTHING, SYSTEM
from tests.support.runtime import FakeRuntime


def a_key(runtime: FakeRuntime) -> str:
    return MasterKeys.generate(runtime.token_bytes).splitlines()[-1]


def keys_of(runtime: FakeRuntime, *lines: str) -> MasterKeys:
    return MasterKeys.parse("\n".join(lines), runtime.token_bytes)


@pytest.mark.case("R15")
async def test_a_wrong_master_key_refuses_to_start_and_makes_no_key(
    store: Store, runtime: FakeRuntime, management: Management, master_keys: MasterKeys
) -> None:
    await check_master_keys(store, master_keys)
    tenant = await management.tenants.create(SYSTEM, "acme")
    before = await management.keys.list(SYSTEM, tenant.id)
    wrong = Settings(master_key=a_key(runtime))
    with pytest.raises(WrongMasterKey, match="Restore the right master key"):
        await Management.opened(store, runtime, wrong)
    assert await management.keys.list(SYSTEM, tenant.id) == before
    await check_master_keys(store, master_keys)


@pytest.mark.case("R15")
async def test_a_key_put_above_the_known_one_rotates_and_the_old_one_alone_is_refused(
    store: Store, runtime: FakeRuntime
) -> None:
    old, new = a_key(runtime), a_key(runtime)
    await check_master_keys(store, keys_of(runtime, old))
    with pytest.raises(WrongMasterKey):
        await check_master_keys(store, keys_of(runtime, new))
    await check_master_keys(store, keys_of(runtime, old, new))
    await check_master_keys(store, keys_of(runtime, new, old))
    await check_master_keys(store, keys_of(runtime, old, new))  # a server that has not been told yet
    await check_master_keys(store, keys_of(runtime, new, old))
    await check_master_keys(store, keys_of(runtime, new))
    with pytest.raises(WrongMasterKey):
        await check_master_keys(store, keys_of(runtime, old))


def test_the_environment_goes_before_the_file(tmp_path: Path, runtime: FakeRuntime) -> None:
    in_file, in_environment = a_key(runtime), a_key(runtime)
    (tmp_path / "key").write_text(in_file)
    settings = Settings(master_key_file=tmp_path / "key")
    assert load_master_keys(settings, runtime).key_ids == keys_of(runtime, in_file).key_ids
    settings = Settings(master_key_file=tmp_path / "key", master_key=in_environment)
    assert load_master_keys(settings, runtime).key_ids == keys_of(runtime, in_environment).key_ids


@pytest.mark.case("L4")
@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"canary-canary-canary", b"\xff\xfe", b"00" * 32])
def test_a_file_that_holds_no_key_is_refused_without_quoting_it(
    tmp_path: Path, runtime: FakeRuntime, content: bytes
) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as refused:
        load_master_keys(Settings(master_key_file=path), runtime)
    assert "canary" not in str(refused.value)


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path, runtime: FakeRuntime) -> None:
    with pytest.raises(ConfigurationError, match="opentrusty bootstrap"):
        load_master_keys(Settings(master_key_file=tmp_path / "none"), runtime)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_master_keys(Settings(master_key_file=tmp_path), runtime)


async def test_a_made_file_is_its_owners_only_and_works(tmp_path: Path, store: Store, runtime: FakeRuntime) -> None:
    path = tmp_path / "folder" / "key"
    made = await create_master_key_file(store, path, runtime)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_master_keys(Settings(master_key_file=path), runtime).key_ids == made.key_ids
    management = await Management.opened(store, runtime, Settings(master_key_file=path))
    assert (await management.tenants.page(SYSTEM, EVERYTHING)).items == ()
    with pytest.raises(ConfigurationError, match="exists"):
        await create_master_key_file(store, path, runtime)


@pytest.mark.case("R15")
async def test_no_key_is_made_for_a_database_that_has_met_one(
    tmp_path: Path, store: Store, runtime: FakeRuntime, master_keys: MasterKeys
) -> None:
    await check_master_keys(store, master_keys)
    with pytest.raises(ConfigurationError, match="Restore it"):
        await create_master_key_file(store, tmp_path / "key", runtime)
    assert not (tmp_path / "key").exists()
