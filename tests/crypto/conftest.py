"""One key of each algorithm, made once; master keys of a still runtime."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from opentrusty_core.crypto import jwk
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.jwk import GeneratedKey, PrivateKey, SigningAlgorithm
from tests.support.runtime import FakeRuntime


@pytest.fixture(scope="session")
def generated() -> Mapping[SigningAlgorithm, GeneratedKey]:
    return {alg: jwk.generate(alg) for alg in SigningAlgorithm}


@pytest.fixture(scope="session")
def loaded(generated: Mapping[SigningAlgorithm, GeneratedKey]) -> Mapping[SigningAlgorithm, PrivateKey]:
    return {alg: jwk.load_private(alg, key.kid, key.private) for alg, key in generated.items()}


@pytest.fixture(scope="session")
def published(generated: Mapping[SigningAlgorithm, GeneratedKey]) -> Mapping[str, jwk.PublicKey]:
    return jwk.public_keys(key.public_jwk for key in generated.values())


@pytest.fixture
def master() -> MasterKeys:
    runtime = FakeRuntime()
    return MasterKeys.parse(MasterKeys.generate(runtime.token_bytes), runtime.token_bytes)
