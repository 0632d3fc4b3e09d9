"""The server-rendered pages of the Auth Plane: view models in, bytes out; no request, no store, no protocol."""
