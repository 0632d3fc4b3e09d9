"""Links by which people choose their password, on the command line: shown once, and where nobody keeps them."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import PASSWORD, Cli

INVITATION = re.compile(r"http://localhost:8080/t/\w+/invitation#otv_[\w-]{43}")
RESET = re.compile(r"http://localhost:8080/t/\w+/password-reset#otp_[\w-]{43}")


def test_a_user_is_invited_and_the_link_is_shown_once(acme: Cli) -> None:
    """As JSON within the record, with `-o id` on standard error, in a table with a word of warning."""
    made = acme.json("user", "invite", "-t", "acme", "ida", "--email", "ida@acme.example", "--claim", "given_name=Ida")
    assert INVITATION.fullmatch(made["link"])
    assert (made["username"], made["kind"], made["sent_to"], made["client_id"]) == ("ida", "invitation", None, None)
    shown = acme.json("user", "show", "-t", "acme", "ida")
    assert (shown["id"], shown["claims"]) == (made["id"], {"given_name": "Ida"})
    good = acme.json("user", "link", "-t", "acme", "ida")
    assert (good["link"]["kind"], good["link"]["expires_at"]) == ("invitation", made["expires_at"])
    assert "otv_" not in acme("user", "link", "-t", "acme", "ida", "-o", "json") + acme("audit", "list", "-t", "acme")
    again = acme.run("user", "invite", "-t", "acme", "ida", "--again", "-o", "id")
    assert again.stdout.strip() == made["id"]
    assert INVITATION.search(again.stderr)
    assert made["link"] not in again.stderr
    table = acme.run("user", "reset", "-t", "acme", "ida")
    assert RESET.search(table.stdout)
    assert "the only time it is shown" in table.stderr


def test_a_link_says_how_long_it_is_good_how_it_travels_and_where_it_leads(acme: Cli) -> None:
    acme("user", "create", "-t", "acme", "pat", "--email", "pat@acme.example", "--generate-password")
    acme(
        "client",
        "create",
        "-t",
        "acme",
        "--client-id",
        "shop",
        "--name",
        "Shop",
        "--redirect-uri",
        "https://s.example/",
    )
    made = acme.json("user", "reset", "-t", "acme", "pat", "--valid", "900", "--mailed", "--client", "shop")
    assert (made["sent_to"], made["client_id"], made["kind"]) == ("pat@acme.example", "shop", "password_reset")
    for option, words in ((("--valid", "10"), "lifetime"), (("--client", "nothing"), "client_id")):
        assert words in acme.refused(2, "user", "reset", "-t", "acme", "pat", *option)
    assert "mailed" in acme.refused(2, "user", "reset", "-t", "acme", "olive", "--mailed")


def test_a_link_is_withdrawn(acme: Cli) -> None:
    acme("user", "reset", "-t", "acme", "olive")
    assert acme.json("user", "withdraw-link", "-t", "acme", "olive", "--yes")["withdrawn"] is True
    assert acme.json("user", "withdraw-link", "-t", "acme", "olive", "--yes")["withdrawn"] is False
    assert acme.json("user", "link", "-t", "acme", "olive")["link"] is None
    assert "has no link" in acme("user", "withdraw-link", "-t", "acme", "olive", "--yes")


def test_who_has_a_password_is_not_invited_again(acme: Cli) -> None:
    assert "password already" in acme.refused(5, "user", "invite", "-t", "acme", "olive", "--again")
    assert "--again" in acme.refused(2, "user", "invite", "-t", "acme", "olive", "--again", "--email", "o@x.example")
    assert "taken" in acme.refused(5, "user", "invite", "-t", "acme", "olive")


@pytest.mark.case("K6")
def test_a_user_is_unlocked(acme: Cli) -> None:
    """Which says whether anything was counted against them."""
    assert acme.json("user", "unlock", "-t", "acme", "olive")["unlocked"] is False
    assert "Nothing was counted" in acme("user", "unlock", "-t", "acme", "olive")
    acme.refused(4, "user", "unlock", "-t", "acme", "nobody")


def test_a_tenant_is_made_with_its_owner_by_invitation(acme: Cli) -> None:
    made = acme.json("tenant", "create", "globex", "--owner", "olga", "--invite-owner", "--valid", "3600")
    assert INVITATION.fullmatch(made["owner_link"])
    assert acme.json("user", "link", "-t", "globex", "olga")["link"]["kind"] == "invitation"
    create = ("tenant", "create", "initech")
    for wrong in (
        ("--invite-owner",),
        ("--owner", "o", "--invite-owner", "--password-stdin"),
        ("--owner", "o", "--valid", "900"),
        ("--owner", "o", "--mailed"),
        ("--owner", "o", "--invite-owner", "--mailed"),
    ):
        acme.refused(2, *create, *wrong, input=f"{PASSWORD}\n")
    acme.refused(4, "tenant", "show", "initech")
