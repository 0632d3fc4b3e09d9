"""The pages of an interaction. Each shows or answers a step, then asks the core anew what is pending (row A13)."""

from __future__ import annotations

from opentrusty_auth.endpoints.answers import answer
from opentrusty_auth.endpoints.interaction_views import (
    consent_page,
    new_password_page,
    select_account_page,
    sign_in_page,
)
from opentrusty_auth.endpoints.tabs import earlier
from opentrusty_auth.forms import own_form
from opentrusty_auth.plane import Plane, retry_after, see_other, tenant_path
from opentrusty_core import (
    Browser,
    Display,
    Form,
    Gone,
    HttpRequest,
    HttpResponse,
    Issuer,
    NeedsAccountChoice,
    NeedsConsent,
    NeedsNewPassword,
    NeedsSignIn,
    PasswordMustChange,
    PasswordRejected,
    Purpose,
    Ready,
    SignedIn,
    WrongCredentials,
    WrongPerson,
)
from opentrusty_core.errors import Invalid, LoginRequired, Throttled
from opentrusty_server.headers import Headers
from opentrusty_server.http import HttpError, Request
from opentrusty_server.pages import views


async def show(request: Request, issuer: Issuer, plane: Plane, handle: str) -> HttpResponse:
    """The page of the pending step, or the way back to the client where none is."""
    browser = plane.browser(request, issuer)
    pending = await plane.provider.signin.pending(handle, browser, issuer.tenant)
    match pending:
        case Gone():
            raise expired()
        case Ready():
            return await _go_on(await request.read(), request, issuer, plane, handle, browser)
        case WrongPerson():
            return await _wrong_person(request, issuer, plane, handle, browser)
        case NeedsNewPassword() | NeedsSignIn() | NeedsAccountChoice() | NeedsConsent():
            asked = pending.interaction.request
            view = _view(pending, issuer, plane, handle, browser, plane.languages(request, issuer, asked.ui_locales))
            return plane.page(view, request, ui_locales=asked.ui_locales, popup=asked.display is Display.POPUP)


async def show_sign_in(request: Request, issuer: Issuer, plane: Plane, handle: str) -> HttpResponse:
    """The sign-in page whatever is pending: for those who go on as somebody else."""
    return await _sign_in_again(request, issuer, plane, handle, plane.browser(request, issuer))


async def sign_in(request: Request, issuer: Issuer, plane: Plane, handle: str) -> HttpResponse:
    """Checks a password; a new session gets a new cookie."""
    http, form, browser = await _posted(request, issuer, plane, handle, Purpose.SIGN_IN)
    username, password = form.get("username"), form.get("password")
    if username is None or password is None:
        return _pending_page(issuer, handle)
    signin, tenant = plane.provider.signin, issuer.tenant
    try:
        outcome = await signin.password(
            tenant, browser, http.origin, identifier=username, password=password, interaction=handle
        )
    except Invalid:
        problem, status = views.InvalidCredentials(), 400
        return await _sign_in_again(request, issuer, plane, handle, browser, username, problem, status=status)
    except Throttled as error:
        plane.metrics.sign_in("throttled")
        return await _sign_in_again(
            request,
            issuer,
            plane,
            handle,
            browser,
            username,
            views.Throttled(retry_after=error.retry_after),
            status=429,
            headers=retry_after(error.retry_after),
        )
    if isinstance(outcome, WrongCredentials):
        plane.metrics.sign_in("failure")
        return await _sign_in_again(request, issuer, plane, handle, browser, username, views.InvalidCredentials())
    if isinstance(outcome, PasswordMustChange):
        plane.metrics.sign_in("password_change")
        return _pending_page(issuer, handle)
    return await _signed_in(outcome, http, request, issuer, plane, handle, browser)


async def new_password(request: Request, issuer: Issuer, plane: Plane, handle: str) -> HttpResponse:
    """Takes the new password, the same twice, of somebody who has shown the old one; then they are signed in."""
    http, form, browser = await _posted(request, issuer, plane, handle, Purpose.NEW_PASSWORD)
    password = form.get("password", "")
    if password != form.get("password_again", ""):
        problem = views.RejectedPassword(code="mismatch")
        return await _new_password_again(request, issuer, plane, handle, browser, problem)
    try:
        outcome = await plane.provider.signin.new_password(
            handle, browser, issuer.tenant, http.origin, password=password
        )
    except Throttled as error:
        throttled = views.Throttled(retry_after=error.retry_after)
        return await _new_password_again(request, issuer, plane, handle, browser, throttled)
    match outcome:
        case None:
            return _pending_page(issuer, handle)
        case PasswordRejected(problem=code):
            problem = views.RejectedPassword(code=code.value)
            return await _new_password_again(request, issuer, plane, handle, browser, problem)
        case SignedIn():
            return await _signed_in(outcome, http, request, issuer, plane, handle, browser)


async def account(request: Request, issuer: Issuer, plane: Plane, handle: str) -> HttpResponse:
    """Whether to go on as the person who is signed in, or as another."""
    http, form, browser = await _posted(request, issuer, plane, handle, Purpose.ACCOUNT)
    match form.get("decision"):
        case "continue" if await plane.provider.signin.select_account(handle, browser, issuer.tenant):
            return await _go_on(http, request, issuer, plane, handle, browser)
        case "another":
            return see_other(tenant_path(issuer, "interaction", handle, "sign-in"))
        case _:
            return _pending_page(issuer, handle)


async def consent(request: Request, issuer: Issuer, plane: Plane, handle: str) -> HttpResponse:
    """The person's yes or no, or that they are somebody else."""
    http, form, browser = await _posted(request, issuer, plane, handle, Purpose.CONSENT)
    match form.get("decision"):
        case "allow" if await plane.provider.signin.consent(handle, browser, issuer.tenant, http.origin):
            return await _go_on(http, request, issuer, plane, handle, browser)
        case "deny":
            declined = await plane.provider.protocol.decline(handle, http, browser, issuer)
            return answer(declined, request, issuer, plane) if declined else _pending_page(issuer, handle)
        case "switch":
            return see_other(tenant_path(issuer, "interaction", handle, "sign-in"))
        case _:
            return _pending_page(issuer, handle)


def _view(
    pending: NeedsNewPassword | NeedsSignIn | NeedsAccountChoice | NeedsConsent,
    issuer: Issuer,
    plane: Plane,
    handle: str,
    browser: Browser,
    languages: tuple[str, ...],
) -> views.Page:
    match pending:
        case NeedsNewPassword():
            return new_password_page(pending, issuer, plane, handle, browser)
        case NeedsSignIn():
            return sign_in_page(pending, issuer, plane, handle, browser, languages)
        case NeedsAccountChoice():
            return select_account_page(pending, issuer, plane, handle, browser, languages)
        case NeedsConsent():
            return consent_page(pending, issuer, plane, handle, browser, languages)


async def _wrong_person(request: Request, issuer: Issuer, plane: Plane, handle: str, browser: Browser) -> HttpResponse:
    error = LoginRequired("another person signed in than the client expects")
    refused = await plane.provider.protocol.decline(handle, await request.read(), browser, issuer, error=error)
    if refused is None:
        raise expired()
    return answer(refused, request, issuer, plane)


async def _posted(
    request: Request, issuer: Issuer, plane: Plane, handle: str, purpose: Purpose
) -> tuple[HttpRequest, Form, Browser]:
    """The form, which came from a page of ours that this browser was shown for this interaction."""
    http, browser = await request.read(), plane.browser(request, issuer)
    began = earlier(request, issuer, plane, handle)
    return http, await own_form(request, http, purpose, plane, issuer, browser, handle, earlier=began), browser


async def _go_on(
    http: HttpRequest,
    request: Request,
    issuer: Issuer,
    plane: Plane,
    handle: str,
    browser: Browser,
    *,
    headers: Headers = (),
) -> HttpResponse:
    """Back to the client where nothing is pending any more, else to the page of what is."""
    response = await plane.provider.protocol.resume(handle, http, browser, issuer)
    if response is None:
        return _pending_page(issuer, handle, headers=headers)
    return answer(response, request, issuer, plane, headers=headers)


async def _signed_in(
    signed_in: SignedIn,
    http: HttpRequest,
    request: Request,
    issuer: Issuer,
    plane: Plane,
    handle: str,
    browser: Browser,
) -> HttpResponse:
    plane.metrics.sign_in("success")
    recognised = Browser(hash=browser.hash, session_hash=signed_in.session.handle_hash)
    cookies = plane.cookies_of(issuer).set_session(issuer.tenant.name, signed_in.handle)
    return await _go_on(http, request, issuer, plane, handle, recognised, headers=cookies)


async def _new_password_again(
    request: Request,
    issuer: Issuer,
    plane: Plane,
    handle: str,
    browser: Browser,
    problem: views.RejectedPassword | views.Throttled,
) -> HttpResponse:
    pending = await plane.provider.signin.pending(handle, browser, issuer.tenant)
    if not isinstance(pending, NeedsNewPassword):
        return _pending_page(issuer, handle)
    asked = pending.interaction.request
    wait = retry_after(problem.retry_after) if isinstance(problem, views.Throttled) else ()
    return plane.page(
        new_password_page(pending, issuer, plane, handle, browser, problem),
        request,
        status=429 if wait else 400,
        ui_locales=asked.ui_locales,
        headers=wait,
        popup=asked.display is Display.POPUP,
    )


async def _sign_in_again(
    request: Request,
    issuer: Issuer,
    plane: Plane,
    handle: str,
    browser: Browser,
    username: str = "",
    problem: views.InvalidCredentials | views.Throttled | None = None,
    *,
    status: int = 200,
    headers: Headers = (),
) -> HttpResponse:
    pending = await plane.provider.signin.pending(handle, browser, issuer.tenant)
    if isinstance(pending, Gone):
        raise expired()
    asked = pending.interaction.request
    languages = plane.languages(request, issuer, asked.ui_locales)
    view = sign_in_page(pending, issuer, plane, handle, browser, languages, username=username, problem=problem)
    popup = asked.display is Display.POPUP
    return plane.page(view, request, status=status, ui_locales=asked.ui_locales, headers=headers, popup=popup)


def _pending_page(issuer: Issuer, handle: str, *, headers: Headers = ()) -> HttpResponse:
    return see_other(tenant_path(issuer, "interaction", handle), headers=headers)


def expired() -> HttpError:
    """The answer where there is no such interaction in this browser: it has to begin anew at the application."""
    return HttpError(400, "expired", "There is no such request in this browser, or it was answered already.")
