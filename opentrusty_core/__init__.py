"""OpenTrusty: an identity provider as a library.

`Provider` puts it together; the names below are its public interface. They are imported when first used, so that
`import opentrusty_core` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentrusty_core.lazy import names_of

if TYPE_CHECKING:
    from opentrusty_core.blocking import Blocking as Blocking
    from opentrusty_core.callers import Credentials as Credentials
    from opentrusty_core.config import Config as Config
    from opentrusty_core.config import Settings as Settings
    from opentrusty_core.config import load_settings as load_settings
    from opentrusty_core.crypto.envelope import MasterKeys as MasterKeys
    from opentrusty_core.crypto.password_policy import PasswordProblem as PasswordProblem
    from opentrusty_core.crypto.passwords import Passwords as Passwords
    from opentrusty_core.domain.audit import Origin as Origin
    from opentrusty_core.domain.authorization_request import Display as Display
    from opentrusty_core.domain.authorization_request import ResponseMode as ResponseMode
    from opentrusty_core.domain.client import AuthMethod as AuthMethod
    from opentrusty_core.domain.client import Client as Client
    from opentrusty_core.domain.client import GrantType as GrantType
    from opentrusty_core.domain.one_time_link import LinkKind as LinkKind
    from opentrusty_core.domain.resource import Resource as Resource
    from opentrusty_core.domain.session import Browser as Browser
    from opentrusty_core.domain.signing_key import KeyPolicy as KeyPolicy
    from opentrusty_core.domain.tenant import Tenant as Tenant
    from opentrusty_core.domain.user import User as User
    from opentrusty_core.management import Actor as Actor
    from opentrusty_core.management import Management as Management
    from opentrusty_core.management import create_master_key_file as create_master_key_file
    from opentrusty_core.management import load_master_keys as load_master_keys
    from opentrusty_core.protocol.deps import ClaimsContext as ClaimsContext
    from opentrusty_core.protocol.deps import ExtraClaims as ExtraClaims
    from opentrusty_core.protocol.endpoints.logout import ConfirmLogout as ConfirmLogout
    from opentrusty_core.protocol.endpoints.logout import LoggedOut as LoggedOut
    from opentrusty_core.protocol.issuer import Issuer as Issuer
    from opentrusty_core.protocol.messages import Form as Form
    from opentrusty_core.protocol.messages import HttpRequest as HttpRequest
    from opentrusty_core.protocol.messages import HttpResponse as HttpResponse
    from opentrusty_core.protocol.messages import json_response as json_response
    from opentrusty_core.protocol.messages import parse_form as parse_form
    from opentrusty_core.protocol.messages.authorization import AuthorizationResponse as AuthorizationResponse
    from opentrusty_core.protocol.messages.authorization import InteractionStarted as InteractionStarted
    from opentrusty_core.protocol.messages.form import posted_form as posted_form
    from opentrusty_core.protocol.messages.json_body import json_body as json_body
    from opentrusty_core.protocol.service import CORS_ENDPOINTS as CORS_ENDPOINTS
    from opentrusty_core.protocol.service import ProtocolService as ProtocolService
    from opentrusty_core.provider import Provider as Provider
    from opentrusty_core.runtime import Runtime as Runtime
    from opentrusty_core.runtime import SystemRuntime as SystemRuntime
    from opentrusty_core.signin.csrf import Purpose as Purpose
    from opentrusty_core.signin.outcomes import DeadLink as DeadLink
    from opentrusty_core.signin.outcomes import Gone as Gone
    from opentrusty_core.signin.outcomes import NeedsAccountChoice as NeedsAccountChoice
    from opentrusty_core.signin.outcomes import NeedsConsent as NeedsConsent
    from opentrusty_core.signin.outcomes import NeedsNewPassword as NeedsNewPassword
    from opentrusty_core.signin.outcomes import NeedsSignIn as NeedsSignIn
    from opentrusty_core.signin.outcomes import OpenLink as OpenLink
    from opentrusty_core.signin.outcomes import PasswordChosen as PasswordChosen
    from opentrusty_core.signin.outcomes import PasswordMustChange as PasswordMustChange
    from opentrusty_core.signin.outcomes import PasswordRejected as PasswordRejected
    from opentrusty_core.signin.outcomes import Ready as Ready
    from opentrusty_core.signin.outcomes import SignedIn as SignedIn
    from opentrusty_core.signin.outcomes import WrongCredentials as WrongCredentials
    from opentrusty_core.signin.outcomes import WrongPerson as WrongPerson
    from opentrusty_core.signin.service import SignIn as SignIn
    from opentrusty_core.signin.throttling import Limits as Limits
    from opentrusty_core.storage import Directory as Directory
    from opentrusty_core.storage import Store as Store
    from opentrusty_core.stores import open_store as open_store

_HOMES = {
    "blocking": ("Blocking",),
    "callers": ("Credentials",),
    "config": ("Config", "Settings", "load_settings"),
    "crypto.envelope": ("MasterKeys",),
    "crypto.password_policy": ("PasswordProblem",),
    "crypto.passwords": ("Passwords",),
    "domain.audit": ("Origin",),
    "domain.authorization_request": ("Display", "ResponseMode"),
    "domain.client": ("AuthMethod", "Client", "GrantType"),
    "domain.one_time_link": ("LinkKind",),
    "domain.resource": ("Resource",),
    "domain.session": ("Browser",),
    "domain.signing_key": ("KeyPolicy",),
    "domain.tenant": ("Tenant",),
    "domain.user": ("User",),
    "management": ("Actor", "Management", "create_master_key_file", "load_master_keys"),
    "protocol.deps": ("ClaimsContext", "ExtraClaims"),
    "protocol.endpoints.logout": ("ConfirmLogout", "LoggedOut"),
    "protocol.issuer": ("Issuer",),
    "protocol.messages": ("Form", "HttpRequest", "HttpResponse", "json_response", "parse_form"),
    "protocol.messages.authorization": ("AuthorizationResponse", "InteractionStarted"),
    "protocol.messages.form": ("posted_form",),
    "protocol.messages.json_body": ("json_body",),
    "protocol.service": ("CORS_ENDPOINTS", "ProtocolService"),
    "provider": ("Provider",),
    "runtime": ("Runtime", "SystemRuntime"),
    "signin.csrf": ("Purpose",),
    "signin.outcomes": (
        "DeadLink",
        "NeedsNewPassword",
        "OpenLink",
        "PasswordChosen",
        "PasswordMustChange",
        "PasswordRejected",
        "Gone",
        "NeedsAccountChoice",
        "NeedsConsent",
        "NeedsSignIn",
        "Ready",
        "SignedIn",
        "WrongCredentials",
        "WrongPerson",
    ),
    "signin.service": ("SignIn",),
    "signin.throttling": ("Limits",),
    "storage": ("Directory", "Store"),
    "stores": ("open_store",),
}
__getattr__, __dir__, __all__ = names_of(__name__, _HOMES)
