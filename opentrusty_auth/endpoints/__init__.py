"""The endpoints of the plane: a request and its issuer in, an answer out."""
