"""Everything that needs a cryptographic library: handles, keys, signatures, passwords, the envelope."""
