"""The pages of the Auth Plane: their forms, their words, and how accessible they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opentrusty_auth.pages.views import Branding, ErrorPage, InvalidCredentials, Page, SignInPage, Throttled
from tests.servers.page_views import (
    ACME,
    CONSENT,
    ERROR,
    FORM,
    FORM_POST,
    NONCE,
    PAGES,
    SELECT,
    SHOP,
    SIGN_IN,
    SIGN_OUT,
    every_page,
    show,
)

# ---- Every page


@every_page
@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_page_is_an_accessible_document(view: Page, locale: str) -> None:
    """Language, direction, a title that names the tenant, one heading, labelled fields, unique ids."""
    page = show(view, locale)
    assert page.all("html")[0].attrs == {"lang": locale, "dir": "ltr"}
    assert view.branding.name in page.all("title")[0].text
    assert page.all("h1")[0].text in page.all("title")[0].text
    assert len(page.all("h1")) == len(page.all("main")) == 1
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    labelled = page.values("for")
    assert [e.attrs["id"] for e in page.all("input") if e.attrs["type"] != "hidden"] == labelled
    assert set(page.values("aria-describedby")) <= set(ids)
    assert all("alt" in image.attrs for image in page.all("img"))
    assert all(button.text.strip() and button.attrs["type"] == "submit" for button in page.all("button"))


@every_page
def test_no_page_carries_what_its_policy_forbids(view: Page) -> None:
    """No inline handler, style attribute, foreign stylesheet or frame; a script only where a response is posted."""
    page = show(view)
    assert not [name for element in page.elements for name in element.attrs if name.startswith("on") or name == "style"]
    assert {link.attrs["href"] for link in page.all("link")} == set(PAGES.assets)
    assert len(page.all("script")) == (1 if view is FORM_POST else 0)
    assert all(element.attrs == {"nonce": NONCE} for element in page.all("script", "style"))
    assert not page.all("iframe", "object", "embed", "base")


@pytest.mark.parametrize("view", [SIGN_IN, CONSENT, SELECT, SIGN_OUT], ids=lambda view: type(view).__name__)
def test_every_form_of_ours_posts_to_its_action_with_the_csrf_token_and_its_fields(view: Page) -> None:
    page = show(view)
    (form,) = page.all("form")
    assert form.attrs == {"method": "post", "action": FORM.action}
    hidden = {e.attrs["name"]: e.attrs["value"] for e in page.all("input") if e.attrs["type"] == "hidden"}
    assert hidden == {"csrf": "csrf-token", "interaction": "i-1"}


# ---- Sign-in


def test_the_sign_in_form_has_stable_names_and_the_tokens_of_password_managers() -> None:
    page = show(SIGN_IN)
    username, password, button = page.by_id("username").attrs, page.by_id("password").attrs, page.by_id("submit").attrs
    assert (username["name"], username["type"], username["autocomplete"]) == ("username", "text", "username")
    assert (username["autocapitalize"], username["spellcheck"]) == ("none", "false")
    assert (password["name"], password["type"], password["autocomplete"]) == (
        "password",
        "password",
        "current-password",
    )
    assert (button["name"], button["type"]) == ("submit", "submit")
    assert "Demo Shop" in page.all("main")[0].text
    assert "autofocus" in username
    assert "aria-invalid" not in username


def test_a_known_username_is_filled_in_and_the_password_comes_next() -> None:
    page = show(SignInPage(branding=ACME, form=FORM, username="maria"))
    assert page.by_id("username").attrs["value"] == "maria"
    assert "autofocus" in page.by_id("password").attrs
    assert "value" not in page.by_id("password").attrs


@pytest.mark.parametrize(
    ("problem", "invalid", "words"),
    [
        (InvalidCredentials(), True, "You could not be signed in."),
        (Throttled(retry_after=1), False, "in 1 second."),
        (Throttled(retry_after=59), False, "in 59 seconds."),
        (Throttled(retry_after=60), False, "in 1 minute."),
        (Throttled(retry_after=61), False, "in 2 minutes."),
    ],
)
def test_a_problem_is_announced_focused_and_tied_to_both_fields(
    problem: InvalidCredentials | Throttled, invalid: bool, words: str
) -> None:
    page = show(SignInPage(branding=ACME, form=FORM, username="maria", problem=problem))
    alert = page.by_id("problem")
    assert words in alert.text
    assert alert.attrs["role"] == "alert"
    assert alert.attrs["tabindex"] == "-1"
    assert [element for element in page.elements if "autofocus" in element.attrs] == [alert]
    for name in ("username", "password"):
        assert page.by_id(name).attrs["aria-describedby"] == "problem"
        assert ("aria-invalid" in page.by_id(name).attrs) is invalid
    assert page.all("title")[0].text.startswith("Error: ")


# ---- The other pages


def test_consent_tells_new_from_granted_and_names_who_asks_who_is_asked_and_where_it_leads() -> None:
    page = show(CONSENT)
    text = page.all("main")[0].text
    assert [heading.text for heading in page.all("h2")] == [
        "New: it would also like to",
        "It asks for these details",
        "Already allowed",
    ]
    new, details, granted, *_ = (element.text.split("\n") for element in page.all("ul"))
    assert [line for line in new if line] == ["See your email address", "Read your reports", "raw:all"]
    assert [line for line in details if line] == ["Date of birth", "https://claims.example/tier"]
    assert [line for line in granted if line] == [
        "Confirm who you are",
        "See your profile: name, picture, language and the like",
    ]
    assert "Demo Shop asks" in text
    assert "Maria López" in text
    assert "maria@acme.example" in text
    assert "app.shop.example:8443" in text
    assert "user@app" not in text
    assert [(a.attrs["href"], a.attrs["rel"]) for a in page.all("a")] == [
        (SHOP.client_uri, "noopener noreferrer"),
        (SHOP.policy_uri, "noopener noreferrer"),
        (SHOP.tos_uri, "noopener noreferrer"),
        (ACME.support_uri, "noopener noreferrer"),
        (ACME.tos_uri, "noopener noreferrer"),
        (ACME.policy_uri, "noopener noreferrer"),
    ]


@every_page
def test_every_page_of_a_tenant_leads_to_its_help_terms_and_privacy_policy(view: Page) -> None:
    """In a landmark of the tenant's name; without links there is none."""
    if view is not ERROR:
        (landmark,) = show(view, "de").all("nav")
        assert landmark.attrs["aria-label"] == "Acme"
        assert landmark.text.split() == ["Hilfe", "Nutzungsbedingungen", "Datenschutzerklärung"]
    assert show(replace(view, branding=Branding(name="Acme"))).all("nav") == []


def test_a_logo_for_dark_pages_stands_beside_the_one_for_light_ones() -> None:
    page = show(SIGN_IN)
    assert page.all("source")[0].attrs == {"srcset": ACME.logo_dark_uri, "media": "(prefers-color-scheme: dark)"}
    assert page.all("img")[0].attrs["src"] == ACME.logo_uri
    for lone in (Branding(name="Acme", logo_uri=ACME.logo_uri), Branding(name="A", logo_dark_uri=ACME.logo_dark_uri)):
        assert show(replace(SIGN_IN, branding=lone)).all("picture") == []


@pytest.mark.parametrize(
    ("view", "buttons"),
    [
        (CONSENT, {"submit": "allow", "deny": "deny", "switch": "switch"}),
        (SELECT, {"submit": "continue", "another": "another"}),
        (SIGN_OUT, {"submit": "sign_out", "cancel": "cancel"}),
    ],
)
def test_decisions_are_buttons_with_stable_ids(view: Page, buttons: dict[str, str]) -> None:
    found = show(view).all("button")
    assert {button.attrs["id"]: button.attrs["value"] for button in found} == buttons
    assert {button.attrs["name"] for button in found} == {"decision"}


def test_an_error_shows_its_code_and_request_id_and_no_way_to_the_client_unless_given() -> None:
    page = show(ERROR)
    assert page.by_id("error-code").text == "invalid_request"
    assert page.by_id("request-id").text == "req-42"
    assert "state is repeated" in page.all("main")[0].text
    assert not page.all("a", "form")
    onward = show(ErrorPage(code="access_denied", request_id="r", return_uri="https://shop.example/"))
    assert onward.by_id("return").attrs["href"] == "https://shop.example/"
    assert onward.by_id("return").text == "Go to shop.example"


def test_an_unknown_error_code_gets_a_general_sentence() -> None:
    assert show(ErrorPage(code="teapot", request_id="r")).all("h1")[0].text == "Something went wrong"


def test_the_form_post_page_submits_itself_and_its_button_adds_nothing_to_the_response() -> None:
    page = show(FORM_POST)
    (form,) = page.all("form")
    assert (form.attrs["method"], form.attrs["action"]) == ("post", FORM_POST.action)
    assert {e.attrs["name"]: e.attrs["value"] for e in page.all("input")} == dict(FORM_POST.fields)
    (button,) = page.all("button")
    assert "name" not in button.attrs
    assert str(form.attrs["id"]) in page.all("script")[0].text


def test_a_lone_surrogate_does_not_break_a_page() -> None:
    assert b"req-?" in PAGES.render(ErrorPage(code="x", request_id="req-\ud800"), locales=(), nonce=NONCE)
