"""A browser without a screen: keeps cookies, follows redirects on its own origin, fills in forms and posts them.

It sends what browsers send (`Sec-Fetch-Site`, `Origin: null` from pages without a referrer) and keeps what they keep
(`SameSite=Lax`: no cookies on a post from another site), over any httpx2 transport: an application in this process, or
a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2

MAX_REDIRECTS = 10


@dataclass
class HtmlForm:
    """A form of a page: where it posts, its hidden and filled-in fields, and its buttons by id."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(HtmlForm(values.get("action", "")))
        elif tag == "input" and "name" in values and self.forms:
            self.forms[-1].fields[values["name"]] = values.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1].buttons[values.get("id", "")] = (values.get("name", ""), values.get("value", ""))


@dataclass(frozen=True)
class Cookie:
    """A cookie with the attributes that it was set with, names in lower case."""

    value: str
    attributes: Mapping[str, str]


class Reply:
    """An answer, and the page in it."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text
        self.url = str(response.request.url)

    @property
    def location(self) -> str:
        """Where the answer sends the browser."""
        return str(self.headers["location"])

    @property
    def sent(self) -> dict[str, str]:
        """What the answer tells the client: in the query of the redirect, or in the form that posts itself."""
        if "location" in self.headers:
            return dict(parse_qsl(urlsplit(self.location).query, strict_parsing=True))
        return self.form.fields

    @property
    def form(self) -> HtmlForm:
        """The one form of the page."""
        parser = _Forms()
        parser.feed(self.text)
        (form,) = parser.forms
        return form

    @property
    def set_cookies(self) -> dict[str, Cookie]:
        """What the answer sets, by name."""
        found = {}
        for line in self.headers.get_list("set-cookie"):
            pair, *attributes = line.split("; ")
            name, _, value = pair.partition("=")
            split = (attribute.partition("=") for attribute in attributes)
            found[name] = Cookie(value, {key.lower(): text for key, _, text in split})
        return found


class Browser:
    """A browser on one origin. `cookies` may be read and tampered with."""

    def __init__(self, transport: httpx2.AsyncBaseTransport, origin: str) -> None:
        self.origin = origin
        self.cookies: dict[str, str] = {}
        self._client = httpx2.AsyncClient(transport=transport, base_url=origin, trust_env=False)

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """One navigation, as from a link on another site; redirects are not followed."""
        return await self._send("GET", url, {"sec-fetch-site": "cross-site", **(headers or {})})

    async def open(self, url: str) -> Reply:
        """Navigate, and follow the redirects that stay on this origin."""
        return await self._follow(await self.get(url))

    async def post(
        self,
        url: str,
        fields: Mapping[str, str],
        *,
        cross_site: bool = False,
        headers: Mapping[str, str | None] | None = None,
    ) -> Reply:
        """Post a form: one of this origin's, or (`cross_site`) a stranger's. A header given as None is left out."""
        sent: dict[str, str | None] = {
            "sec-fetch-site": "cross-site" if cross_site else "same-origin",
            "origin": "https://evil.example" if cross_site else "null",
            **(headers or {}),
        }
        kept = {name: value for name, value in sent.items() if value is not None}
        return await self._send("POST", url, kept, fields=fields, cookies=not cross_site)

    async def submit(
        self, page: Reply, fields: Mapping[str, str] | None = None, *, button: str = "submit", follow: bool = True
    ) -> Reply:
        """Fill in the page's form, press a button (by its id), and follow the redirects that stay on this origin."""
        form = page.form
        name, value = form.buttons[button]
        pressed = {name: value} if name else {}
        reply = await self.post(urljoin(page.url, form.action), {**form.fields, **(fields or {}), **pressed})
        return await self._follow(reply) if follow else reply

    async def sign_in(self, page: Reply, username: str, password: str, *, follow: bool = True) -> Reply:
        """Fill in the sign-in form."""
        return await self.submit(page, {"username": username, "password": password}, follow=follow)

    async def _follow(self, reply: Reply) -> Reply:
        for _ in range(MAX_REDIRECTS):
            if "location" not in reply.headers:
                return reply
            target = urljoin(reply.url, reply.location)
            if not target.startswith(self.origin + "/"):
                return reply
            reply = await self.get(target, headers={"sec-fetch-site": "same-origin"})
        raise AssertionError(f"more than {MAX_REDIRECTS} redirects, the last to {reply.location}")

    async def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        fields: Mapping[str, str] | None = None,
        cookies: bool = True,
    ) -> Reply:
        sent = {"accept": "text/html,application/xhtml+xml", **headers}
        if cookies and self.cookies and "cookie" not in sent:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        reply = Reply(await self._client.request(method, url, headers=sent, data=fields))
        self._client.cookies.clear()
        for name, cookie in reply.set_cookies.items():
            if cookie.attributes.get("max-age") == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = cookie.value
        return reply
