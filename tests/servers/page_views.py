"""Sample views of every page, and a page parsed: for the tests of the pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from opentrusty_server.pages.render import Pages
from opentrusty_server.pages.views import (
    Account,
    Branding,
    Client,
    ConsentPage,
    ErrorPage,
    Form,
    FormPostPage,
    InvalidCredentials,
    NewPasswordPage,
    OpenLinkPage,
    Page,
    PasswordSetPage,
    RejectedPassword,
    Scope,
    SelectAccountPage,
    SignedInPage,
    SignedOutPage,
    SignInPage,
    SignOutPage,
)

PAGES = Pages()
NONCE = "bm9uY2Utbm9uY2Utbm9uY2U"
ACME = Branding(
    name="Acme",
    logo_uri="https://cdn.acme.example/logo.png",
    logo_dark_uri="https://dark.acme.example/logo.png",
    primary_color="#0a7d5a",
    support_uri="https://acme.example/help",
    tos_uri="https://acme.example/terms",
    policy_uri="https://acme.example/privacy",
)
FORM = Form(action="/t/acme/answer", csrf="csrf-token", fields=(("interaction", "i-1"),))
MARIA = Account(username="maria@acme.example", name="Maria López")
SHOP = Client(
    name="Demo Shop",
    client_uri="https://shop.example/",
    logo_uri="https://img.shop.example:8443/logo.svg",
    policy_uri="https://shop.example/privacy",
    tos_uri="http://shop.example/terms",
)
SIGN_IN = SignInPage(branding=ACME, form=FORM, client_name="Demo Shop")
FAILED = SignInPage(branding=ACME, form=FORM, username="maria", problem=InvalidCredentials())
OPEN_LINK = OpenLinkPage(branding=ACME, form=FORM, way="invitation")
NEW_PASSWORD = NewPasswordPage(branding=ACME, form=FORM, way="new-password", account=MARIA, min_length=15)
REJECTED = NewPasswordPage(
    branding=ACME,
    form=FORM,
    way="password-reset",
    account=MARIA,
    min_length=15,
    problem=RejectedPassword(code="mismatch"),
)
PASSWORD_SET = PasswordSetPage(branding=ACME, return_uri="https://shop.example/", client_name="Demo Shop")
CONSENT = ConsentPage(
    branding=ACME,
    form=FORM,
    account=MARIA,
    client=SHOP,
    redirect_uri="https://user@app.shop.example:8443/callback?x=1",
    new_scopes=(
        Scope(name="email"),
        Scope(name="reports:read", description="Read your reports"),
        Scope(name="raw:all"),
    ),
    granted_scopes=(Scope(name="openid"), Scope(name="profile")),
    claims=("birthdate", "https://claims.example/tier"),
)
SELECT = SelectAccountPage(branding=ACME, form=FORM, account=MARIA, client_name="Demo Shop")
SIGN_OUT = SignOutPage(branding=ACME, form=FORM, account=MARIA, client_name="Demo Shop")
SIGNED_OUT = SignedOutPage(branding=ACME, return_uri="https://shop.example/bye", client_name="Demo Shop")
SIGNED_IN = SignedInPage(branding=ACME, account=MARIA)
ERROR = ErrorPage(code="invalid_request", request_id="req-42", description="state is repeated")
FORM_POST = FormPostPage(branding=ACME, action="https://shop.example/cb?a=1", fields=(("code", "c-1"), ("state", "s")))
EVERY: list[Page] = [
    SIGN_IN,
    FAILED,
    OPEN_LINK,
    NEW_PASSWORD,
    REJECTED,
    PASSWORD_SET,
    CONSENT,
    SELECT,
    SIGN_OUT,
    SIGNED_OUT,
    SIGNED_IN,
    ERROR,
    FORM_POST,
]

every_page = pytest.mark.parametrize("view", EVERY, ids=lambda view: type(view).__name__)


@dataclass
class Element:
    tag: str
    attrs: dict[str, str | None]
    text: str = ""


@dataclass
class Document(HTMLParser):
    """The elements of a page in order; each holds the text inside it."""

    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        assert len(element.attrs) == len(attrs), f"an attribute of <{tag}> stands twice"
        self.elements.append(element)
        if tag not in {"meta", "link", "img", "input", "source"}:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def by_id(self, id_: str) -> Element:
        (found,) = [element for element in self.elements if element.attrs.get("id") == id_]
        return found

    def values(self, attribute: str) -> list[str]:
        return [value for element in self.elements if (value := element.attrs.get(attribute)) is not None]

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(element.tag, tuple(element.attrs)) for element in self.elements]


def show(view: Page, *locales: str) -> Document:
    document = Document()
    document.feed(PAGES.render(view, locales=locales, nonce=NONCE).decode())
    document.close()
    assert not document._open
    return document


def policy(view: Page) -> dict[str, list[str]]:
    """The directives of the page's Content-Security-Policy, each with its sources."""
    directives = [part.split(" ") for part in PAGES.content_security_policy(view, NONCE).split("; ")]
    assert len(directives) == len({name for name, *_ in directives})
    return {name: sources for name, *sources in directives}


def links(document: Document) -> list[str]:
    return [
        *(a.attrs["href"] or "" for a in document.all("a")),
        *(img.attrs["src"] or "" for img in document.all("img")),
        *(source.attrs["srcset"] or "" for source in document.all("source")),
    ]
