"""The grants, one a file, each with three names: `grant_type`, `parse`, `exchange`. Discovery and the token endpoint
read this tuple.
"""

from __future__ import annotations

from opentrusty_core.protocol.grants import authorization_code, client_credentials, refresh_token

GRANTS = (authorization_code, refresh_token, client_credentials)
BY_TYPE = {grant.grant_type.value: grant for grant in GRANTS}
