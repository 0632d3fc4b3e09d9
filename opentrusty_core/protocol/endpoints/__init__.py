"""The endpoints of an issuer, one a file."""
