"""The Auth Plane: OpenID Connect, OAuth 2 and the sign-in pages over HTTP. It holds no rule: `opentrusty_core` does."""
