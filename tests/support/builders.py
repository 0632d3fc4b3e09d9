"""Valid records for tests, as the contract suite of the stores makes them: `a_user(runtime, **changes)` and so on."""

from __future__ import annotations

from opentrusty_core.storage.contract.builders import (
    CODE_CHALLENGE,
    CODE_VERIFIER,
    REDIRECT_URI,
    a_bucket,
    a_client,
    a_code,
    a_consent,
    a_grant,
    a_password,
    a_refresh_token,
    a_resource,
    a_session,
    a_signing_key,
    a_tenant,
    a_user,
    an_access_token,
    an_assignment,
    an_authorization_request,
    an_event,
    an_interaction,
)

__all__ = [
    "CODE_CHALLENGE",
    "CODE_VERIFIER",
    "REDIRECT_URI",
    "a_bucket",
    "a_client",
    "a_code",
    "a_consent",
    "a_grant",
    "a_password",
    "a_refresh_token",
    "a_resource",
    "a_session",
    "a_signing_key",
    "a_tenant",
    "a_user",
    "an_access_token",
    "an_assignment",
    "an_authorization_request",
    "an_event",
    "an_interaction",
]
