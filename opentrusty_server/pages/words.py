"""Plain words for what a client may ask and for what may fail: English, with an entry in every catalogue."""

from __future__ import annotations

from collections.abc import Mapping

# Each completes "This application would like to: …".
SCOPES: Mapping[str, str] = {
    "openid": "Confirm who you are",
    "profile": "See your profile: name, picture, language and the like",
    "email": "See your email address",
    "address": "See your postal address",
    "phone": "See your phone number",
    "offline_access": "Keep this access while you are away",
}

# The standard claims of OIDC Core §5.1, and those about the sign-in itself.
CLAIMS: Mapping[str, str] = {
    "sub": "Your account identifier",
    "name": "Full name",
    "given_name": "First name",
    "family_name": "Last name",
    "middle_name": "Middle name",
    "nickname": "Nickname",
    "preferred_username": "Username",
    "profile": "Profile page",
    "picture": "Picture",
    "website": "Website",
    "email": "Email address",
    "email_verified": "Whether your email address is confirmed",
    "gender": "Gender",
    "birthdate": "Date of birth",
    "zoneinfo": "Time zone",
    "locale": "Language and region",
    "phone_number": "Phone number",
    "phone_number_verified": "Whether your phone number is confirmed",
    "address": "Postal address",
    "updated_at": "When your profile last changed",
    "auth_time": "When you signed in",
    "acr": "How strong your sign-in was",
    "amr": "How you signed in",
}

_REQUEST = (
    "This request can’t be completed",
    "The application sent a request that we can’t accept. Its operator can fix this.",
)
_CLIENT = (
    "Application not recognised",
    "The application that sent you here isn’t known to us, or may not ask for this.",
)

# Code to (title, sentence). OAuth error codes, then the pages' own.
ERRORS: Mapping[str, tuple[str, str]] = {
    "invalid_request": _REQUEST,
    "invalid_scope": _REQUEST,
    "invalid_request_object": _REQUEST,
    "invalid_request_uri": _REQUEST,
    "request_not_supported": _REQUEST,
    "request_uri_not_supported": _REQUEST,
    "unsupported_response_type": _REQUEST,
    "invalid_client": _CLIENT,
    "unauthorized_client": _CLIENT,
    "access_denied": ("Access denied", "You don’t have access to this, or access was refused."),
    "server_error": ("Something went wrong", "The error is on our side. Please try again in a moment."),
    "temporarily_unavailable": ("Temporarily unavailable", "We can’t answer right now. Please try again in a moment."),
    "invalid_redirect_uri": (
        "The return address isn’t registered",
        "The application wanted to send you to an address that it hasn’t registered. We stopped here to keep you safe.",
    ),
    "expired": ("This page has expired", "Please go back to the application and start again."),
    "invalid_link": (
        "This link doesn’t work",
        "It may have been used, replaced by a newer one, or be too old. Please ask whoever gave it to you for another.",
    ),
    "forbidden": (
        "This form can’t be accepted",
        "It didn’t come from a page we showed in this browser. Please go back to the application and start again.",
    ),
    "not_found": (
        "Page not found",
        "There is nothing at this address. Please check it, or go back to the application.",
    ),
    "too_many_requests": ("Too many requests", "Please wait a moment, then try again."),
}

OTHER_ERROR = ("Something went wrong", "The request could not be completed.")

# Why a new password is not taken; "too_short" has words of its own, with a number.
PASSWORD_PROBLEMS: Mapping[str, str] = {
    "mismatch": "The two passwords are not the same.",
    "too_long": "This password is too long.",
    "name": "This is your username or your email address. Please choose another password.",
    "common": "This password is easy to guess. A few unrelated words make a better one.",
    "same": "This is the password that you have now. Please choose another.",
    "other": "This password can’t be used. Please choose another.",
}
