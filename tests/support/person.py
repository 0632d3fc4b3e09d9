"""A person at a browser without scripts: cookies, redirects and forms, as the pages promise to work with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from tests.support.http import Answer, Http

REDIRECTS = 10


@dataclass(slots=True)
class PageForm:
    """A form of a page: where it posts, and what it would send as it stands. Buttons are kept apart."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page of ours that the browser stands on."""

    url: str
    answer: Answer
    form: PageForm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Where the browser was sent away to, with what it would post there (form_post) or None."""

    url: str
    posted: dict[str, str] | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """What the client is told."""
        return self.posted if self.posted is not None else dict(parse_qsl(urlsplit(self.url).query))


class Person:
    """One browser at one origin.

    Args:
        origin: the Auth Plane's.
        username, password: what is typed where a page asks for it.
    """

    def __init__(self, origin: str, username: str = "", password: str = "") -> None:
        self.http = Http(origin)
        self.cookies: dict[str, str] = {}
        self.username = username
        self.password = password

    def open(self, url: str) -> Shown | Left:
        """Go to an address, follow where it leads."""
        return self._follow(url, self._send("GET", url))

    def submit(self, page: Shown, **fields: str) -> Shown | Left:
        """Post the page's form with these fields on top of its own."""
        assert page.form is not None, f"{page.url} shows no form:\n{page.answer.text}"
        url = urljoin(page.url, page.form.action)
        return self._follow(url, self._send("POST", url, {**page.form.fields, **fields}))

    def authorize(self, url: str, *, decision: str = "allow") -> Left:
        """Answer everything that an authorization request asks, until the browser is sent back to the client."""
        at = self.open(url)
        for _ in range(REDIRECTS):
            if isinstance(at, Left):
                return at
            form = at.form
            assert form is not None, f"{at.url} asks nothing and leads nowhere:\n{at.answer.text}"
            if "username" in form.fields:
                at = self.submit(at, username=self.username, password=self.password)
            else:
                choices = form.buttons["decision"]
                at = self.submit(at, decision=decision if decision in choices else choices[0])
        raise AssertionError("the sign-in goes round in circles")

    def _send(self, method: str, url: str, form: dict[str, str] | None = None) -> Answer:
        headers = {"Accept": "text/html,*/*"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method == "POST":  # what Chromium sends from a page that keeps its address to itself
            headers |= {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        answer = self.http.request(method, url, form=form, headers=headers)
        for line in answer.all("set-cookie"):
            self._keep(line)
        return answer

    def _keep(self, line: str) -> None:
        pair, *attributes = (part.strip() for part in line.split(";"))
        name, _, value = pair.partition("=")
        if "max-age=0" in {attribute.lower() for attribute in attributes}:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def _follow(self, url: str, answer: Answer) -> Shown | Left:
        for _ in range(REDIRECTS):
            location = answer.header("location")
            if location is None:
                return self._shown(url, answer)
            url = urljoin(url, location)
            if not url.startswith(f"{self.http.origin}/"):
                return Left(url=url)
            answer = self._send("GET", url)
        raise AssertionError(f"too many redirects, the last one to {url}")

    def _shown(self, url: str, answer: Answer) -> Shown | Left:
        form = _form_of(answer.text) if (answer.header("content-type") or "").startswith("text/html") else None
        if form is not None and urlsplit(form.action).netloc:  # the page that a script would post onward
            return Left(url=form.action, posted=form.fields)
        return Shown(url=url, answer=answer, form=form)


def _form_of(html: str) -> PageForm | None:
    parser = _Forms()
    parser.feed(html)
    return parser.form


class _Forms(HTMLParser):
    """Reads the one form that a page of ours has."""

    def __init__(self) -> None:
        super().__init__()
        self.form: PageForm | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = PageForm(action=values["action"])
        elif self.form is not None and "name" in values:
            if tag == "input":
                self.form.fields[values["name"]] = values.get("value", "")
            elif tag == "button":
                self.form.buttons.setdefault(values["name"], []).append(values.get("value", ""))
