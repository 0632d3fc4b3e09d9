"""Issuing tokens: OAuth 2 and OpenID Connect over messages of its own, so that any web framework can carry them."""
