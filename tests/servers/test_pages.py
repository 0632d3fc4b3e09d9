"""The pages of the Auth Plane: their forms, their words, and how accessible they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opentrusty_core import PasswordProblem
from opentrusty_server.pages.render import Scheme
from opentrusty_server.pages.views import (
    Branding,
    ErrorPage,
    InvalidCredentials,
    Page,
    RejectedPassword,
    SignInPage,
    Throttled,
)
from tests.servers.page_views import (
    ACME,
    CONSENT,
    ERROR,
    FORM,
    FORM_POST,
    NEW_PASSWORD,
    NONCE,
    OPEN_LINK,
    PAGES,
    PASSWORD_SET,
    REJECTED,
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
    shown = [e for e in page.all("input") if e.attrs["type"] != "hidden" and "hidden" not in e.attrs]
    assert [e.attrs["id"] for e in shown] == labelled
    assert {id_ for described in page.values("aria-describedby") for id_ in described.split()} <= set(ids)
    assert all("alt" in image.attrs for image in page.all("img"))
    assert all(button.text.strip() and button.attrs["type"] == "submit" for button in page.all("button"))


@every_page
def test_a_page_in_a_frame_is_the_page_with_its_stylesheet_in_it(view: Page) -> None:
    """So that what an administrator looks at is what people see."""
    one_logo = replace(view, branding=replace(view.branding, logo_dark_uri=None))
    page = PAGES.render(one_logo, locales=("en",), nonce=NONCE).decode()
    framed = PAGES.render_framed(one_logo, locales=("en",), nonce=NONCE, scheme="dark")
    (css,) = (asset.body.decode() for asset in PAGES.assets.values() if asset.path.endswith(".css"))
    style = f'<style nonce="{NONCE}">{css}:root{{color-scheme:dark}}</style>\n'
    assert style in framed
    links = [line for line in page.splitlines(keepends=True) if line.startswith("<link ")]
    assert framed.replace(style, "".join(links)).replace('content="dark"', 'content="light dark"') == page


@pytest.mark.parametrize(("scheme", "logo"), [("light", ACME.logo_uri), ("dark", ACME.logo_dark_uri)])
def test_a_page_in_a_frame_has_the_logo_of_its_scheme(scheme: Scheme, logo: str) -> None:
    framed = PAGES.render_framed(SIGN_IN, locales=("en",), nonce=NONCE, scheme=scheme)
    assert f'<img class="mark" src="{logo}"' in framed
    assert "<picture>" not in framed


@every_page
def test_no_page_carries_what_its_policy_forbids(view: Page) -> None:
    """No inline handler, style attribute, foreign stylesheet or frame; a script only where a form posts itself."""
    page = show(view)
    assert not [name for element in page.elements for name in element.attrs if name.startswith("on") or name == "style"]
    assert {link.attrs["href"] for link in page.all("link")} == set(PAGES.assets)
    assert len(page.all("script")) == (1 if view in (FORM_POST, OPEN_LINK) else 0)
    assert all(element.attrs == {"nonce": NONCE} for element in page.all("script", "style"))
    assert not page.all("iframe", "object", "embed", "base")


@pytest.mark.parametrize(
    "view",
    [SIGN_IN, OPEN_LINK, NEW_PASSWORD, CONSENT, SELECT, SIGN_OUT],
    ids=lambda view: type(view).__name__,
)
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


# ---- New passwords


def test_a_new_password_is_typed_twice_and_password_managers_know_whose_it_is() -> None:
    page = show(NEW_PASSWORD)
    (username,) = (e.attrs for e in page.all("input") if e.attrs.get("autocomplete") == "username")
    assert (username["value"], "hidden" in username) == ("maria@acme.example", True)
    for name in ("password", "password_again"):
        field = page.by_id(name).attrs
        assert (field["name"], field["type"], field["autocomplete"]) == (name, "password", "new-password")
        assert "value" not in field
    assert page.by_id("password").attrs["minlength"] == "15"
    assert page.by_id("password").attrs["aria-describedby"] == "policy"
    assert "At least 15 characters." in page.by_id("policy").text
    assert "maria@acme.example" in page.all("main")[0].text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("mismatch", "The two passwords are not the same."),
        ("too_short", "Use at least 15 characters."),
        ("name", "This is your username or your email address."),
        ("common", "This password is easy to guess."),
        ("same", "This is the password that you have now."),
        ("too_long", "This password is too long."),
        ("not_text", "This password can’t be used."),
        ("nul", "This password can’t be used."),
    ],
)
def test_why_a_password_is_not_taken_is_told_in_words_and_tied_to_the_fields(code: str, words: str) -> None:
    page = show(replace(REJECTED, problem=RejectedPassword(code=code)))
    alert = page.by_id("problem")
    assert words in alert.text
    assert [element for element in page.elements if "autofocus" in element.attrs] == [alert]
    assert page.by_id("password").attrs["aria-describedby"] == "policy problem"
    assert page.by_id("password_again").attrs["aria-describedby"] == "problem"
    assert "aria-invalid" in page.by_id("password").attrs
    assert page.all("title")[0].text.startswith("Error: ")


def test_every_problem_of_the_core_has_words() -> None:
    for problem in PasswordProblem:
        assert show(replace(REJECTED, problem=RejectedPassword(code=problem.value))).by_id("problem").text.strip()


@pytest.mark.parametrize(
    ("way", "heading", "lead"),
    [
        ("invitation", "Choose a password", "You are invited to Acme."),
        ("password-reset", "Choose a new password", "You will be signed out everywhere"),
        ("new-password", "Choose a new password", "Your password has to be changed"),
    ],
)
def test_the_page_says_why_a_password_is_chosen(way: str, heading: str, lead: str) -> None:
    page = show(replace(NEW_PASSWORD, way=way))
    assert page.all("h1")[0].text == heading
    assert lead in page.all("main")[0].text


def test_a_link_is_pasted_where_no_script_takes_it() -> None:
    """The field is a plain one with a label; the script takes nothing but what stands behind the `#`."""
    page = show(OPEN_LINK)
    assert page.all("h1")[0].text == "Accept your invitation"
    assert page.by_id("link").attrs["name"] == "link"
    assert page.by_id("link").attrs["autocomplete"] == "off"
    assert show(replace(OPEN_LINK, way="password-reset")).all("h1")[0].text == "Reset your password"


def test_a_password_that_is_set_leads_on_to_the_application_where_it_is_known() -> None:
    assert show(PASSWORD_SET).by_id("return").attrs["href"] == "https://shop.example/"
    lone = show(replace(PASSWORD_SET, return_uri=None))
    assert "Please go to the application" in lone.all("main")[0].text
    assert not [e for e in lone.elements if e.attrs.get("id") == "return"]


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
