"""The Admin Plane: tenants, users, clients and the audit over HTTP. It holds no rule: `opentrusty_core` does."""
