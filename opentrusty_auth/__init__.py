"""The Auth Plane: OpenID Connect and OAuth 2 over HTTP, and the sign-in pages."""
