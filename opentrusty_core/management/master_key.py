"""The master key of a deployment: where it comes from, and that it is the right one for this database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from opentrusty_core.config import Settings
from opentrusty_core.crypto.envelope import MasterKeys, WrongMasterKey
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.errors import ConfigurationError
from opentrusty_core.runtime import Runtime
from opentrusty_core.storage import Store


def load_master_keys(settings: Settings, runtime: Runtime) -> MasterKeys:
    """The master keys of the environment, else of the file.

    Raises:
        ConfigurationError: there is none, or it is not one; the message says what to do and holds nothing of a key.
    """
    if settings.master_key is not None:
        return MasterKeys.parse(settings.master_key, runtime.token_bytes)
    path = settings.master_key_file
    try:
        text = path.read_text()
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no master key: {path} does not exist. On a new deployment `opentrusty bootstrap` makes one;"
            " otherwise set OPENTRUSTY_MASTER_KEY_FILE to the deployment's own."
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"The master key file {path} is not text.") from None
    except OSError as error:
        raise ConfigurationError(f"The master key file {path} cannot be read: {error.strerror}.") from None
    return MasterKeys.parse(text, runtime.token_bytes)


async def check_master_keys(store: Store, master_keys: MasterKeys) -> None:
    """Return if these keys open what the database holds; a database that has met none yet remembers them.

    A key put above the remembered one is a rotation: from then on the database remembers the new one.

    Raises:
        WrongMasterKey: the database was sealed under another key. Nothing may start, and no key be made (row R15).
    """
    remembered = await store.platform.claim_master_key(master_keys.key_id)
    if remembered == master_keys.key_id:
        return
    if remembered not in master_keys.key_ids:
        raise WrongMasterKey(
            f"The master key is not this database's: it was sealed under key {remembered}, configured is"
            f" {', '.join(master_keys.key_ids)}. Restore the right master key file."
        )
    await store.platform.replace_master_key(remembered, master_keys.key_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderKeys:
    """That some tenants, or the platform, have what is sealed under another master key than the active one.

    `tenants` are counted up to `MAX_PAGE`; `is_here` says whether any other key is configured.
    """

    tenants: int
    is_here: bool

    @property
    def finding(self) -> str:
        """What it means."""
        count = f"{self.tenants} or more" if self.tenants >= MAX_PAGE else f"{self.tenants}"
        which = "an older master key" if self.is_here else "a master key that is not configured"
        return f"Signing keys and audits of {count} tenants need {which}."

    @property
    def advice(self) -> str:
        """What is to be done."""
        reseal = "Run `opentrusty key reseal` before it is removed."
        return reseal if self.is_here else f"Put it back, below the active one. {reseal}"


async def older_keys(store: Store, master_keys: MasterKeys) -> OlderKeys | None:
    """What signing keys and audits still need another master key than the active one for; None: nothing.

    Refresh tokens need the key that they were minted under, too, as long as they live.
    """
    upkeep, key_id = store.platform.upkeep, bytes.fromhex(master_keys.key_id)
    found = (await upkeep.under_other_keys(key_id, PageRequest(limit=MAX_PAGE))).items
    return OlderKeys(tenants=len(found), is_here=len(master_keys.key_ids) > 1) if found else None


async def create_master_key_file(store: Store, path: Path, runtime: Runtime) -> MasterKeys:
    """Make the master key of a new deployment and write it where only its owner can read it.

    The file is complete before the database learns of the key, so that a crash between the two loses nothing.

    Raises:
        ConfigurationError: the file exists or cannot be written, or the database has met another master key.
    """
    text = MasterKeys.generate(runtime.token_bytes)
    master_keys = MasterKeys.parse(text, runtime.token_bytes)
    _write_new(path, text)
    try:
        await check_master_keys(store, master_keys)
    except WrongMasterKey:
        _discard(path)
        raise ConfigurationError(
            "The database was sealed under a master key that is not here, and no other opens what it holds."
            f" Restore it to {path}."
        ) from None
    return master_keys


def _write_new(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigurationError(f"The master key file {path} cannot be made: {error.strerror}.") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _discard(path: Path) -> None:
    path.unlink(missing_ok=True)
