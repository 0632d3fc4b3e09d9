"""What may be registered as a client (RFC 7591 §2): each field alone, and the fields together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opentrusty_core.domain.client import ApplicationType, AuthMethod, Client, ClientSecret, GrantType, validated
from opentrusty_core.domain.tenant import Lifetimes
from opentrusty_core.errors import Invalid
from tests.support.runtime import START

CLIENT = Client(
    client_id="web",
    client_name="Web shop",
    redirect_uris=("https://app.example/cb",),
    created_at=START,
    updated_at=START,
)
PUBLIC = replace(CLIENT, token_endpoint_auth_method=AuthMethod.NONE)
MACHINE = replace(CLIENT, grant_types=(GrantType.CLIENT_CREDENTIALS,), redirect_uris=())


def with_(client: Client, **fields: Any) -> Client:
    """The client with fields that are known by name only here."""
    return replace(client, **fields)


@pytest.mark.parametrize("client", [CLIENT, PUBLIC, MACHINE], ids=["confidential", "public", "machine"])
def test_a_plain_client_of_each_kind_is_accepted_as_it_is(client: Client) -> None:
    """Validation changes nothing."""
    assert validated(client) is client


def problems(client: Client) -> set[str]:
    with pytest.raises(Invalid) as caught:
        validated(client)
    assert all(caught.value.fields.values())
    return set(caught.value.fields)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("client_id", ""),
        ("client_id", "-web"),
        ("client_id", "a b"),
        ("client_id", "web\n"),
        ("client_id", "wéb"),
        ("client_id", "a" * 129),
        ("client_name", ""),
        ("client_name", "a" * 201),
        ("client_name", "a\nb"),
        ("client_name", "evil \u202e gpj"),
        ("scope", ("openid", "a b")),
        ("scope", ('a"b',)),
        ("scope", ("",)),
        ("grant_types", ()),
        ("id_token_signed_response_alg", "none"),
        ("id_token_signed_response_alg", "HS256"),
        ("access_token_signed_response_alg", "rs256"),
        ("default_max_age", -1),
        ("access_token_lifetime", timedelta(seconds=29)),
        ("access_token_lifetime", timedelta(days=1, seconds=1)),
        ("id_token_lifetime", timedelta(seconds=29)),
        ("id_token_lifetime", timedelta(days=1, seconds=1)),
        ("refresh_token_idle_lifetime", timedelta(seconds=59)),
        ("refresh_token_idle_lifetime", timedelta(days=367)),
        ("refresh_token_lifetime", timedelta(seconds=59)),
        ("refresh_token_lifetime", timedelta(days=3661)),
        ("contacts", ("",)),
        ("contacts", ("a\nb",)),
        ("contacts", ("x",) * 21),
        ("tags", ("",)),
        ("tags", ("x" * 51,)),
        ("tags", tuple(f"t{n}" for n in range(21))),
        ("software_id", ""),
        ("software_version", "1\x00"),
        ("description", "x" * 1001),
        ("translations", {"client_name": "Laden"}),
        ("translations", {"client_name#": "Laden"}),
        ("translations", {"client_name#d": "Laden"}),
        ("translations", {"client_name#de#at": "Laden"}),
        ("translations", {"redirect_uris#de": "https://app.example/"}),
        ("translations", {"client_name#de": ""}),
        ("translations", {"client_name#de": "a\u202eb"}),
        ("translations", {"client_name#de": "One", "client_name#DE": "Two"}),
        ("translations", {f"client_name#x{n}-y": "T" for n in range(201)}),
        ("redirect_uris", ()),
        ("redirect_uris", ("https://app.example/cb", "http://app.example/cb")),
        ("redirect_uris", tuple(f"https://app.example/{n}" for n in range(101))),
        ("post_logout_redirect_uris", ("https://app.example/#out",)),
        ("allowed_origins", ("https://app.example/",)),
        ("allowed_origins", ("null",)),
    ],
)
def test_a_field_that_is_not_acceptable_is_named(field: str, value: object) -> None:
    """One sentence for the field at fault, and for no other."""
    assert problems(with_(CLIENT, **{field: value})) == {field}


@pytest.mark.case("A8")
@pytest.mark.parametrize(
    "uri",
    ["javascript:alert(1)", "JaVaScript:alert(1)", "data:text/html,x", "vbscript:x", "https://a@app.example/", "//app"],
)
@pytest.mark.parametrize("field", ["client_uri", "logo_uri", "policy_uri", "tos_uri"])
def test_a_page_never_links_to_a_script(field: str, uri: str) -> None:
    """URIs that pages show are web addresses, in every language."""
    assert validated(with_(CLIENT, **{field: "https://app.example/about"}))
    assert validated(with_(CLIENT, translations={f"{field}#de": "https://app.example/ueber"}))
    assert problems(with_(CLIENT, **{field: uri})) == {field}
    assert problems(with_(CLIENT, translations={f"{field}#de": uri})) == {"translations"}


@pytest.mark.case("A8")
@pytest.mark.parametrize("application_type", ApplicationType)
@pytest.mark.parametrize("uri", ["javascript:alert(1)", "JaVaScript://a.example/%0aalert(1)", "data:text/html,x"])
@pytest.mark.parametrize("field", ["redirect_uris", "post_logout_redirect_uris"])
def test_no_client_redirects_to_a_script(field: str, uri: str, application_type: ApplicationType) -> None:
    """Neither after sign-in nor after sign-out, native or not."""
    assert problems(with_(CLIENT, application_type=application_type, **{field: (uri,)})) == {field}


def test_only_native_clients_redirect_to_schemes_of_their_own() -> None:
    """RFC 8252 §7.1."""
    own: dict[str, Any] = {"redirect_uris": ("com.example.app:/cb",)}
    assert validated(with_(PUBLIC, application_type=ApplicationType.NATIVE, **own))
    assert problems(with_(PUBLIC, **own)) == {"redirect_uris"}


@pytest.mark.parametrize(
    ("client", "field"),
    [
        (
            with_(
                CLIENT,
                refresh_token_idle_lifetime=timedelta(days=2),
                refresh_token_lifetime=timedelta(days=1),
            ),
            "refresh_token_idle_lifetime",
        ),
        (replace(MACHINE, grant_types=(GrantType.REFRESH_TOKEN,)), "grant_types"),
        (replace(MACHINE, token_endpoint_auth_method=AuthMethod.NONE), "grant_types"),
        (replace(PUBLIC, require_pkce=False), "require_pkce"),
        (replace(PUBLIC, secrets=(ClientSecret(hash=b"x" * 32, created_at=START),)), "token_endpoint_auth_method"),
    ],
)
def test_fields_that_do_not_go_together_are_named(client: Client, field: str) -> None:
    """No refresh without a code, no machine without a secret, no public client without PKCE or with a secret."""
    assert problems(client) == {field}


def test_a_confidential_client_may_opt_out_of_pkce() -> None:
    """RFC 9700 §2.1.1 leaves it to them."""
    assert validated(replace(CLIENT, require_pkce=False))


def test_every_problem_is_told_at_once() -> None:
    """One round trip mends a form."""
    assert problems(replace(CLIENT, client_id="", client_name="", logo_uri="x")) == {
        "client_id",
        "client_name",
        "logo_uri",
    }


def test_a_client_s_own_lifetimes_stand_in_for_the_tenant_s() -> None:
    """Those that it has; the others, and codes and sessions, are the tenant's."""
    tenant = Lifetimes(access_token=timedelta(minutes=7), id_token=timedelta(minutes=8))
    assert CLIENT.lifetimes(tenant) is tenant
    own = replace(CLIENT, id_token_lifetime=timedelta(minutes=1), refresh_token_lifetime=timedelta(days=40))
    expected = replace(tenant, id_token=timedelta(minutes=1), refresh_token=timedelta(days=40))
    assert own.lifetimes(tenant) == expected


def test_a_token_is_never_idle_for_longer_than_it_lives() -> None:
    """Whichever of the two the client has for itself."""
    day = timedelta(days=1)
    for own in (replace(CLIENT, refresh_token_lifetime=day), replace(CLIENT, refresh_token_idle_lifetime=200 * day)):
        lifetimes = own.lifetimes(Lifetimes())
        assert lifetimes.refresh_token_idle == lifetimes.refresh_token


def test_texts_and_links_are_given_in_the_language_that_is_wanted() -> None:
    """Each in the first language in which there is one; where there is none it stays as it is registered."""
    assert CLIENT.in_language(("de",)) is CLIENT
    texts = {"client_name#de": "Laden", "tos_uri#de-AT": "https://app.example/at"}
    client = replace(CLIENT, tos_uri="https://app.example/tos", translations=texts)
    assert client.in_language(("en",)) == client
    german = client.in_language(("de-AT",))
    assert (german.client_name, german.tos_uri) == ("Laden", "https://app.example/at")
    assert client.in_language(("de",)).tos_uri == "https://app.example/tos"


def test_a_secret_is_called_by_an_id_that_tells_nothing_of_it() -> None:
    """Two secrets have two ids, one secret always the same; the hash does not stand in it."""
    one, two = (ClientSecret(hash=bytes([n]) * 32, created_at=START) for n in (1, 2))
    assert one.id == replace(one, expires_at=START).id != two.id
    assert one.id not in one.hash.hex()


def test_response_types_follow_from_the_grant_types() -> None:
    """RFC 7591 §2.1."""
    assert CLIENT.response_types == ("code",)
    assert MACHINE.response_types == ()


def test_a_secret_ends_at_its_end() -> None:
    """The overlap of two secrets is bounded to the instant."""
    secret = ClientSecret(hash=b"x" * 32, created_at=START, expires_at=START + timedelta(hours=1))
    assert secret.is_live(START + timedelta(minutes=59, seconds=59))
    assert not secret.is_live(START + timedelta(hours=1))
    assert ClientSecret(hash=b"x" * 32, created_at=START).is_live(START + timedelta(days=36500))
