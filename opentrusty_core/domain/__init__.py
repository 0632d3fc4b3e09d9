"""The nouns of an identity provider: frozen records and pure rules, one noun a file. Nothing here does I/O or reads
a clock.
"""
