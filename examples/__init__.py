"""Small programs that use OpenTrusty; each says at its top how to run it. Run them from the repository."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(".dev/examples")
"""Where the embedded examples keep their databases and their master key (see `prepare`)."""
