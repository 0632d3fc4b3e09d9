"""The settings of a tenant as JSON: as they are, and as a merge patch of them (RFC 7396)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from opentrusty_admin.schemas.base import UNSET, Changes, Model, Seconds, Text, Versioned
from opentrusty_core import Tenant
from opentrusty_core.domain.settings_document import document_of
from opentrusty_core.domain.tenant import TenantSettings
from opentrusty_core.management import Bounds
from opentrusty_server.pages.colour import uses


class LifetimesOut(Model):
    """How long each artefact lives, unless a client says otherwise."""

    code: Seconds
    access_token: Seconds
    id_token: Seconds
    refresh_token_idle: Seconds
    refresh_token: Seconds
    refresh_token_grace: Seconds
    session_idle: Seconds
    session: Seconds
    interaction: Seconds


class PasswordPolicyOut(Model):
    """Which new passwords are taken."""

    min_length: int
    refuse_common: bool
    """Whether those that a guesser would try first are refused."""


class RateOut(Model):
    """So many attempts at once, then so many each minute."""

    burst: int
    per_minute: int


class ThrottlingOut(Model):
    """How often passwords may be guessed; null is the deployment's own rate."""

    account: RateOut | None
    network: RateOut | None
    tenant: RateOut | None


class BrandingOut(Model):
    """How pages look and where they lead."""

    logo_uri: str | None
    logo_dark_uri: str | None
    """The logo on dark pages."""
    primary_color: str | None
    """`#rrggbb`; the pages derive readable shades of any colour by themselves."""
    support_uri: str | None
    tos_uri: str | None
    policy_uri: str | None


class TenantSettingsOut(Model):
    """The settings of a tenant."""

    lifetimes: LifetimesOut
    password_policy: PasswordPolicyOut
    throttling: ThrottlingOut
    branding: BrandingOut
    default_locale: str | None
    """The language of pages for those whose browser asks for none that there is."""
    allowed_scopes: tuple[str, ...] | None
    """What clients may be registered for and are issued; null is all that the tenant knows."""
    allowed_resources: tuple[str, ...] | None
    """The identifiers of the APIs that clients may use; null is all of them."""
    audit_days: int | None
    """For how many days audit events are kept; null is the deployment's own number."""

    @staticmethod
    @lru_cache(maxsize=1000)
    def of_settings(settings: TenantSettings) -> TenantSettingsOut:
        """As JSON. Most tenants of a list have the same settings, those that they began with."""
        return TenantSettingsOut.model_validate(document_of(settings), strict=False)


class SettingsOut(TenantSettingsOut, Versioned):
    """The settings of a tenant; the version is the tenant's."""

    @classmethod
    def of(cls, tenant: Tenant) -> SettingsOut:
        """As JSON."""
        return cls.model_validate({**document_of(tenant.settings), "version": tenant.version}, strict=False)


class LifetimesChanges(Changes):
    """Lifetimes to change; null takes one back to its default."""

    code: Seconds | None = UNSET
    access_token: Seconds | None = UNSET
    id_token: Seconds | None = UNSET
    refresh_token_idle: Seconds | None = UNSET
    refresh_token: Seconds | None = UNSET
    refresh_token_grace: Seconds | None = UNSET
    session_idle: Seconds | None = UNSET
    session: Seconds | None = UNSET
    interaction: Seconds | None = UNSET


class PasswordPolicyChanges(Changes):
    """What to change of the password policy."""

    min_length: int | None = UNSET
    refuse_common: bool | None = UNSET


class RateChanges(Changes):
    """What to change of a rate; a new one needs both."""

    burst: int = UNSET
    per_minute: int = UNSET


class ThrottlingChanges(Changes):
    """Rates to change; null takes one back to the deployment's own."""

    account: RateChanges | None = UNSET
    network: RateChanges | None = UNSET
    tenant: RateChanges | None = UNSET


class BrandingChanges(Changes):
    """What to change of the branding; null removes it."""

    logo_uri: Text | None = UNSET
    logo_dark_uri: Text | None = UNSET
    primary_color: Text | None = UNSET
    support_uri: Text | None = UNSET
    tos_uri: Text | None = UNSET
    policy_uri: Text | None = UNSET


class SettingsChanges(Changes):
    """A merge patch of the settings: what is named is set, null takes it back to its default, a list is replaced."""

    lifetimes: LifetimesChanges | None = UNSET
    password_policy: PasswordPolicyChanges | None = UNSET
    throttling: ThrottlingChanges | None = UNSET
    branding: BrandingChanges | None = UNSET
    default_locale: Text | None = UNSET
    allowed_scopes: tuple[Text, ...] | None = UNSET
    allowed_resources: tuple[Text, ...] | None = UNSET
    audit_days: int | None = UNSET

    def to_patch(self) -> dict[str, Any]:
        """The patch, as the use case takes it."""
        return self.model_dump(exclude_unset=True)


class SettingBounds(Model):
    """How far a setting that is a number goes, both ends included; durations in whole seconds."""

    name: str
    """Such as `lifetimes.code`."""
    least: int
    most: int
    default: int | None
    """What it is where nobody has set it; null where that is the deployment's own."""

    @classmethod
    def of(cls, name: str, bounds: Bounds) -> SettingBounds:
        """As JSON."""
        return cls(name=name, least=bounds.least, most=bounds.most, default=bounds.default)


class SettingsBounds(Model):
    """The bounds of every setting that is a number."""

    items: tuple[SettingBounds, ...]


class SignInPageDraft(Changes):
    """Branding to look at, as a merge patch of what there is, and in which surroundings."""

    branding: BrandingChanges | None = UNSET
    client_name: Text | None = None
    """The application that people would be signing in to."""
    language: Text | None = None
    """The language of the page, such as `de`."""
    scheme: Literal["light", "dark"] = "light"
    """The colours of the page."""
    nonce: Text
    """That of the Content-Security-Policy of the document around the frame: the page brings its stylesheet along."""

    def to_patch(self) -> dict[str, Any]:
        """The patch, as the use case takes it."""
        return self.model_dump(exclude_unset=True, include={"branding"})


class AccentUse(Model):
    """What the pages make of the colour in one place (WCAG 2.2 §1.4.3, §1.4.11)."""

    name: str
    """`button`, `light_text`, `dark_text`, `light_edge` or `dark_edge`."""
    color: str
    """What is shown: the colour itself, or the nearest shade of it that is legible there."""
    on: str
    """The colour that it stands against."""
    own_contrast: float
    """The contrast of the colour itself there, 1 to 21."""
    contrast: float
    """The contrast of what is shown."""
    wanted: float
    """The least contrast there."""


class PreviewedPage(Model):
    """A page to look at."""

    html: str
    """For the `srcdoc` of a frame without scripts."""
    accent: tuple[AccentUse, ...]
    """What becomes of the primary colour; empty where there is none of the tenant's own."""

    @classmethod
    def of(cls, html: str, primary_color: str | None) -> PreviewedPage:
        """As JSON."""
        found = uses(primary_color) if primary_color is not None else ()
        accent = tuple(
            AccentUse(
                name=use.name,
                color=use.colour,
                on=use.on,
                own_contrast=use.own,
                contrast=use.contrast,
                wanted=use.wanted,
            )
            for use in found
        )
        return cls(html=html, accent=accent)
