"""Every module of the plans that are ours has a test that carries its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

MODULES = (
    "oidcc-alternate-happy-flow",
    "oidcc-claims-essential",
    "oidcc-claims-locales",
    "oidcc-codereuse",
    "oidcc-codereuse-30seconds",
    "oidcc-discovery-endpoint-verification",
    "oidcc-display-page",
    "oidcc-display-popup",
    "oidcc-ensure-post-request-succeeds",
    "oidcc-ensure-registered-redirect-uri",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-ensure-request-with-acr-values-succeeds",
    "oidcc-ensure-request-with-unknown-parameter-succeeds",
    "oidcc-ensure-request-with-valid-pkce-succeeds",
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
    "oidcc-id-token-hint",
    "oidcc-idtoken-signature",
    "oidcc-idtoken-unsigned",
    "oidcc-login-hint",
    "oidcc-max-age-1",
    "oidcc-max-age-10000",
    "oidcc-prompt-login",
    "oidcc-prompt-none-logged-in",
    "oidcc-prompt-none-not-logged-in",
    "oidcc-refresh-token",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "oidcc-response-type-missing",
    "oidcc-rp-initiated-logout",
    "oidcc-rp-initiated-logout-bad-id-token-hint",
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-discovery-endpoint-verification",
    "oidcc-rp-initiated-logout-modified-id-token-hint",
    "oidcc-rp-initiated-logout-no-id-token-hint",
    "oidcc-rp-initiated-logout-no-params",
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-no-state",
    "oidcc-rp-initiated-logout-only-state",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    "oidcc-scope-address",
    "oidcc-scope-all",
    "oidcc-scope-email",
    "oidcc-scope-phone",
    "oidcc-scope-profile",
    "oidcc-server",
    "oidcc-server-client-secret-post",
    "oidcc-ui-locales",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidcc-userinfo-get",
    "oidcc-userinfo-post-body",
    "oidcc-userinfo-post-header",
)
"""Of the basic, formpost-basic, config and rp-initiated-logout plans of the OpenID Foundation's suite."""


def named() -> set[str]:
    """The modules that functions and docstrings name; ``-email`` in a list goes on from the name before it."""
    found: set[str] = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        if path.name == Path(__file__).name:
            continue
        text = path.read_text()
        found |= {name.removeprefix("test_").replace("_", "-") for name in re.findall(r"def (test_oidcc_\w+)", text)}
        for first, rest in re.findall(r"`(oidcc-[\w-]+)`((?:, `-[\w-]+`)*)", text):
            found.add(first)
            for ending in re.findall(r"`(-[\w-]+)`", rest):
                found |= {first.rsplit("-", cut)[0] + ending for cut in range(1, first.count("-"))}
    return found


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_its_test(module: str) -> None:
    assert module in named()
