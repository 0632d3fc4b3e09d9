"""The `claims` parameter and what a scope releases (OpenID Connect Core 1.0 §5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.claims import (
    ClaimRequest,
    ClaimsRequest,
    dump_claims_request,
    parse_claims_request,
    released_claims,
)
from opentrusty_core.domain.user import User
from tests.support.runtime import START

USER = User(
    id="u1",
    username="alice",
    email="alice@example.com",
    email_verified=True,
    claims={
        "name": "Alice Liddell",
        "birthdate": "1852-05-04",
        "address": {"locality": "Oxford"},
        "phone_number": "+441865000000",
        "phone_number_verified": True,
        "favourite_hat": "top",
    },
    created_at=START,
    updated_at=START + timedelta(seconds=1),
)

json_values = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
claim_requests = st.builds(ClaimRequest, essential=st.booleans(), values=st.lists(json_values, max_size=3).map(tuple))
sections = st.dictionaries(st.text(max_size=8), claim_requests, max_size=3)


def test_the_example_of_the_specification_is_understood() -> None:
    """OpenID Connect Core 1.0 §5.5."""
    request = parse_claims_request(
        {
            "userinfo": {"given_name": {"essential": True}, "nickname": None, "picture": None},
            "id_token": {
                "auth_time": {"essential": True},
                "acr": {"values": ["urn:mace:incommon:iap:silver"]},
                "sub": {"value": "248289761001"},
            },
        }
    )
    assert request.userinfo == {
        "given_name": ClaimRequest(essential=True),
        "nickname": ClaimRequest(),
        "picture": ClaimRequest(),
    }
    assert request.id_token["auth_time"] == ClaimRequest(essential=True)
    assert request.id_token["acr"].values == ("urn:mace:incommon:iap:silver",)
    assert request.id_token["sub"].values == ("248289761001",)
    assert request.names == {"given_name", "nickname", "picture"}


@pytest.mark.parametrize("value", [{}, {"userinfo": None}, {"id_token": {}}, {"unheard_of": 1}])
def test_a_request_for_nothing_is_false(value: object) -> None:
    """Members that are not understood are ignored (§5.5)."""
    request = parse_claims_request(value)
    assert not request
    assert request.names == frozenset()


def test_members_of_a_claim_that_are_not_understood_are_ignored() -> None:
    """§5.5.1; `essential` is true only when it says so."""
    request = parse_claims_request({"id_token": {"email": {"essential": "yes", "purpose": "mail"}}})
    assert request.id_token == {"email": ClaimRequest()}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "userinfo",
        1,
        {"userinfo": []},
        {"id_token": "sub"},
        {"userinfo": {"email": True}},
        {"userinfo": {"email": []}},
        {"id_token": {"acr": {"values": "1fa"}}},
        {"id_token": {"acr": {"values": {"a": 1}}}},
    ],
)
def test_what_has_another_form_is_refused(value: object) -> None:
    """An object of objects of null or objects."""
    with pytest.raises(ValueError, match=r"claim|values"):
        parse_claims_request(value)


@settings(derandomize=True, max_examples=100)
@given(userinfo=sections, id_token=sections)
def test_a_request_survives_storing(userinfo: Any, id_token: Any) -> None:
    """What is dumped is parsed back."""
    request = ClaimsRequest(userinfo=userinfo, id_token=id_token)
    assert parse_claims_request(dump_claims_request(request)) == request


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ((), set()),
        (("openid",), set()),
        (("offline_access", "orders:read"), set()),
        (("openid", "email"), {"email", "email_verified"}),
        (("openid", "phone"), {"phone_number", "phone_number_verified"}),
        (("openid", "address"), {"address"}),
        (("openid", "profile"), {"name", "birthdate", "preferred_username", "updated_at"}),
    ],
)
def test_a_scope_releases_its_claims_and_no_other(scope: tuple[str, ...], names: set[str]) -> None:
    """§5.4; what is not known is left out, not null."""
    assert set(released_claims(USER, scope, {})) == {"sub", *names}


def test_the_values_are_those_of_the_person() -> None:
    """Fields of the record and stored claims alike, in their types."""
    released = released_claims(USER, ("profile", "email", "address", "phone"), {})
    assert released == {
        "sub": "u1",
        "name": "Alice Liddell",
        "birthdate": "1852-05-04",
        "preferred_username": "alice",
        "updated_at": int(START.timestamp()) + 1,
        "email": "alice@example.com",
        "email_verified": True,
        "address": {"locality": "Oxford"},
        "phone_number": "+441865000000",
        "phone_number_verified": True,
    }


def test_a_claim_asked_for_by_name_needs_no_scope() -> None:
    """§5.5; only standard claims, only known ones, and `sub` stays the person's own."""
    requested = {
        "email": ClaimRequest(essential=True),
        "nickname": ClaimRequest(),
        "favourite_hat": ClaimRequest(),
        "sub": ClaimRequest(values=("somebody-else",)),
    }
    assert released_claims(USER, ("openid",), requested) == {"sub": "u1", "email": "alice@example.com"}


def test_nothing_the_record_says_replaces_its_own_fields() -> None:
    """Stored claims cannot name another subject or verify an address."""
    forged = User(
        id="u1",
        username="alice",
        email="alice@example.com",
        claims={"sub": "u2", "preferred_username": "root", "email_verified": True, "updated_at": 0},
        created_at=START,
        updated_at=START,
    )
    assert released_claims(forged, ("profile", "email"), {}) == {
        "sub": "u1",
        "preferred_username": "alice",
        "updated_at": int(START.timestamp()),
        "email": "alice@example.com",
        "email_verified": False,
    }
