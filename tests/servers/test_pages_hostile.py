"""The pages against hostile input: links, forms, text from strangers, framing, and what reaches the policy header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opentrusty_server.pages.views import (
    Account,
    Branding,
    Client,
    ErrorPage,
    Form,
    FormPostPage,
    InvalidCredentials,
    Page,
    Scope,
    SignedOutPage,
    SignInPage,
)
from opentrusty_server.pages.words import CLAIMS, SCOPES
from tests.servers.page_views import (
    ACME,
    CONSENT,
    EVERY,
    FORM_POST,
    NEW_PASSWORD,
    NONCE,
    OPEN_LINK,
    PAGES,
    PASSWORD_SET,
    SELECT,
    SIGN_IN,
    SIGN_OUT,
    every_page,
    links,
    policy,
    show,
)

NOT_LINKS = [
    "javascript:alert(1)",
    "JaVaScript:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    " javascript:alert(1)",
    "javascript://shop.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:https://shop.example/1",
    "file:///etc/passwd",
    "//evil.example/",
    "/relative",
    "https:",
    "https:///no-host",
    "https:\\\\evil.example",
    "https://shop.example\\@evil.example/",
    "https://shop.example/\nx",
    "https://shop.example:port/",
    "https://[broken/",
    "https://shop.example/\u202egnp.exe",
    "",
]


# ---- Links, pictures and forms


@pytest.mark.case("A8")
@pytest.mark.parametrize("uri", NOT_LINKS)
def test_a_uri_that_is_not_plain_web_never_becomes_a_link_or_a_picture(uri: str) -> None:
    """The part of the page that would carry it is left out; the page itself stays."""
    branding = Branding(name="Acme", logo_uri=uri, logo_dark_uri=uri, support_uri=uri, tos_uri=uri, policy_uri=uri)
    client = Client(name="Shop", client_uri=uri, logo_uri=uri, policy_uri=uri, tos_uri=uri)
    for view in (
        replace(CONSENT, branding=branding, client=client),
        SignedOutPage(branding=branding, return_uri=uri),
        replace(PASSWORD_SET, branding=branding, return_uri=uri),
        ErrorPage(code="x", request_id="r", branding=branding, return_uri=uri),
    ):
        assert links(show(view)) == []
        assert policy(view)["img-src"] == ["'self'"]


@pytest.mark.case("A8")
@given(st.text(alphabet="jJaAvVsScCrRiIpPtTdDhH:/\\\t\n\r @.#?%&;x0\x00\u2028", max_size=40))
def test_whatever_stands_in_a_link_begins_with_http(uri: str) -> None:
    view = replace(CONSENT, client=Client(name="Shop", client_uri=uri, logo_uri=uri, policy_uri=uri, tos_uri=uri))
    assert all(link.lower().startswith(("http://", "https://")) for link in links(show(view)))


@pytest.mark.case("A8")
@pytest.mark.parametrize("uri", [uri for uri in NOT_LINKS if uri != "https:///no-host"] + ["app:/cb", "mailto:a@b"])
def test_a_response_is_posted_only_to_the_web_or_to_a_private_use_scheme(uri: str) -> None:
    with pytest.raises(ValueError, match="redirect URI"):
        FormPostPage(branding=ACME, action=uri, fields=())


@pytest.mark.case("A8")
@pytest.mark.parametrize(
    "action", ["", "login", "//evil.example", "/\\evil.example", "/\t/evil", "https://evil.example/"]
)
def test_a_form_of_ours_can_not_post_elsewhere(action: str) -> None:
    with pytest.raises(ValueError, match="path of this origin"):
        Form(action=action, csrf="c")


def test_a_picture_needs_https() -> None:
    view = SignInPage(branding=Branding(name="Acme", logo_uri="http://cdn.example/a.png"), form=SIGN_IN.form)
    assert links(show(view)) == []


# ---- Text from strangers

TEXT_PLACES: dict[str, Callable[[str], Page]] = {
    "client_name at sign-in": lambda text: replace(SIGN_IN, client_name=text),
    "login_hint": lambda text: replace(SIGN_IN, username=text, problem=InvalidCredentials()),
    "tenant name": lambda text: replace(SIGN_IN, branding=Branding(name=text)),
    "hidden field": lambda text: replace(SIGN_IN, form=Form(action="/x", csrf=text, fields=((text, text),))),
    "client name at consent": lambda text: replace(CONSENT, client=Client(name=text)),
    "scope": lambda text: replace(CONSENT, new_scopes=(Scope(name=text), Scope(name="s", description=text))),
    "claim": lambda text: replace(CONSENT, claims=(text,)),
    "account at a new password": lambda text: replace(NEW_PASSWORD, account=Account(username=text, name=text)),
    "client_name after a new password": lambda text: replace(PASSWORD_SET, client_name=text),
    "account": lambda text: replace(SELECT, account=Account(username=text, name=text)),
    "client_name at sign-out": lambda text: replace(SIGN_OUT, client_name=text),
    "client_name after sign-out": lambda text: SignedOutPage(
        branding=ACME, client_name=text, return_uri="https://shop.example"
    ),
    "error": lambda text: ErrorPage(code=text, request_id=text, description=text),
    "state": lambda text: replace(FORM_POST, fields=(("state", text),)),
}
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1)
TRICKY = st.text(alphabet="<>\"'&;=/{}%`-! aA0\x00\n\u202e€", min_size=1) | ANY_TEXT.filter(
    lambda text: text not in {*CLAIMS, *SCOPES}  # those have words of their own
)


@pytest.mark.case("A9")
@pytest.mark.parametrize("place", TEXT_PLACES)
@given(text=TRICKY)
@example(text="\"'><script>alert(1)</script>")
@example(text="</title></style></script><img src=x onerror=alert(1)>")
@example(text="{client}{{ view }}{% raw %}%s&lt;&#60;")
def test_text_from_strangers_stays_text(place: str, text: str) -> None:
    """It reaches the reader unchanged, and the page has the very elements and attributes that a plain word gives it."""
    page = show(TEXT_PLACES[place](text))
    assert page.shape == show(TEXT_PLACES[place]("word")).shape
    assert text in page.all("html")[0].text or text in page.values("value")


@pytest.mark.case("A9")
def test_a_redirect_host_is_shown_as_text() -> None:
    view = replace(CONSENT, redirect_uri='https://"><script>alert(1)</script>/cb')
    assert not show(view).all("script")


# ---- The policy


@pytest.mark.case("A10")
@every_page
def test_no_page_can_be_framed_or_loads_anything_unforeseen(view: Page) -> None:
    directives = policy(view)
    assert directives["frame-ancestors"] == ["'none'"]
    assert directives["default-src"] == ["'none'"]
    assert directives["base-uri"] == ["'none'"]
    assert directives["style-src"][0] == "'self'"
    assert "unsafe" not in PAGES.content_security_policy(view, NONCE)


@pytest.mark.case("A9")
@every_page
def test_scripts_run_only_on_the_pages_whose_form_posts_itself_and_only_ours(view: Page) -> None:
    posts_itself = view in (FORM_POST, OPEN_LINK)
    assert policy(view)["script-src"] == ([f"'nonce-{NONCE}'"] if posts_itself else ["'none'"])
    assert ("require-trusted-types-for" in policy(view)) is posts_itself


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (SIGN_IN, None),
        (NEW_PASSWORD, None),
        (OPEN_LINK, ["'self'"]),
        (PASSWORD_SET, ["'self'"]),
        (SELECT, None),
        (CONSENT, None),
        (SIGN_OUT, None),
        (ErrorPage(code="x", request_id="r"), ["'self'"]),
        (SignedOutPage(branding=ACME), ["'self'"]),
        (FORM_POST, None),
    ],
)
def test_forms_that_end_in_a_redirect_to_the_client_leave_form_action_out(
    view: Page, expected: list[str] | None
) -> None:
    """Chromium holds form-action against every redirect after the post too."""
    assert policy(view).get("form-action") == expected


def test_logos_are_allowed_by_their_origin_and_an_accent_by_its_nonce() -> None:
    directives = policy(CONSENT)
    assert directives["img-src"] == [
        "'self'",
        "https://cdn.acme.example",
        "https://dark.acme.example",
        "https://img.shop.example:8443",
    ]
    assert directives["style-src"] == ["'self'", f"'nonce-{NONCE}'"]
    plain = policy(replace(SIGN_IN, branding=Branding(name="Acme", primary_color="red;}")))
    assert (plain["img-src"], plain["style-src"]) == (["'self'"], ["'self'"])


@given(st.text(alphabet="htps:/;,'* \"\n\r.%@#[]ax\u00e9\u0130", max_size=40).map("https://a{}".format))
def test_no_uri_adds_to_the_policy(uri: str) -> None:
    """Whatever a logo's URI holds, the header stays ASCII and img-src has at most that one origin."""
    view = replace(SIGN_IN, branding=Branding(name="Acme", logo_uri=uri, logo_dark_uri=uri))
    header = PAGES.content_security_policy(view, NONCE)
    assert header.isascii()
    assert header.isprintable()
    assert policy(view).keys() == policy(SIGN_IN).keys()
    assert len(policy(view)["img-src"]) <= 2
    assert "*" not in header


@pytest.mark.parametrize("nonce", ["", "short", "x" * 16 + "'; script-src *", "x" * 16 + "\r\nX: y", "x" * 16 + "\n"])
def test_a_malformed_nonce_never_reaches_the_header(nonce: str) -> None:
    with pytest.raises(ValueError, match="nonce"):
        PAGES.content_security_policy(EVERY[0], nonce)
