"""Issuer identifiers: below the Auth Plane's address, or on a domain of the tenant's own (RFC 8414 §2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.domain.issuer_url import (
    domain_named_by,
    is_domain,
    issuer_at,
    issuer_named,
    issuer_of,
    tenant_named_by,
)
from opentrusty_core.domain.tenant import Tenant
from tests.support.runtime import START

AUTH_URLS = ("https://auth.example", "https://auth.example:8443", "http://localhost:8080")
ACME = Tenant(id="t", name="acme", display_name="Acme", created_at=START, updated_at=START)
GOOD = ["login.acme.com", "a.b", "xn--mller-kva.example", "a-b.c-d.e", "1.example", "localhost.test", f"{'a' * 63}.b"]
BAD = ["", "localhost", "Login.acme.com", "login.acme.com.", ".acme.com", "a..b", "-a.b", "a-.b", "a_b.c", "é.example"]
BAD += ["192.0.2.1", "1.2", "[::1]", "a.b:443", "a.b/c", "a b.c", "a.b\n", "*.acme.com", f"{'a' * 64}.b", "a." * 127]
BAD += ["a." * 127 + "bb"]


def test_an_issuer_is_the_auth_url_and_the_tenant_or_its_own_domain() -> None:
    """No query, no fragment, no trailing slash; scheme and port are those of the Auth Plane."""
    assert issuer_of("https://auth.example", ACME) == "https://auth.example/t/acme"
    with_domain = replace(ACME, domain="login.acme.com", pending_domain="other.acme.com")
    assert issuer_of("https://auth.example", with_domain) == "https://login.acme.com"
    assert issuer_of("https://auth.example:8443", with_domain) == "https://login.acme.com:8443"
    assert issuer_of("http://localhost:8080", with_domain) == "http://login.acme.com:8080"
    assert issuer_of("https://auth.example", replace(with_domain, domain=None)) == "https://auth.example/t/acme"


@pytest.mark.parametrize("text", GOOD)
def test_a_host_name_of_two_labels_is_a_domain(text: str) -> None:
    assert is_domain(text)


@pytest.mark.parametrize("text", BAD)
def test_any_other_text_is_none(text: str) -> None:
    """No address, no wildcard, no port, nothing that a browser would write in another way."""
    assert not is_domain(text)


@pytest.mark.parametrize("auth_url", AUTH_URLS)
def test_an_identifier_names_its_tenant_or_its_domain(auth_url: str) -> None:
    """The one or the other."""
    assert tenant_named_by(auth_url, issuer_named(auth_url, "acme")) == "acme"
    assert domain_named_by(auth_url, issuer_named(auth_url, "acme")) is None
    assert domain_named_by(auth_url, issuer_at(auth_url, "login.acme.com")) == "login.acme.com"
    assert tenant_named_by(auth_url, issuer_at(auth_url, "login.acme.com")) is None


@pytest.mark.parametrize("auth_url", AUTH_URLS)
@given(st.one_of(st.text(), st.text(alphabet="htps:/.auexmpl084t@?#[]", max_size=40).map("http{}".format)))
def test_only_an_identifier_names_anything(auth_url: str, text: str) -> None:
    """Whatever a stranger's token says of its issuer."""
    name, domain = tenant_named_by(auth_url, text), domain_named_by(auth_url, text)
    assert name is None or issuer_named(auth_url, name) == text
    assert domain is None or issuer_at(auth_url, domain) == text
    assert name is None or domain is None
