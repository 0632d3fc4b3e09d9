"""The `opentrusty` command with one thing changed for a measurement: cheap password hashes, or a profiler.

`python -m benchmarks.variant [--cheap-passwords] [--profile KIND FILE] -- serve auth …`. Production code has no such
switches: what is not measured this way is measured on the command itself.
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.profilers import on_signals
from opentrusty_cli.main import cli
from opentrusty_core.crypto.passwords import Passwords

CHEAP = {"time_cost": 1, "memory_cost": 8}
"""The least that argon2id can be made to cost: some microseconds."""


def main(arguments: Sequence[str]) -> None:
    """Run the command line that follows `--`."""
    parser = argparse.ArgumentParser(prog="benchmarks.variant")
    parser.add_argument("--cheap-passwords", action="store_true")
    parser.add_argument("--profile", nargs=2, metavar=("KIND", "FILE"))
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(arguments)
    if options.cheap_passwords:
        # New hashes get the parameters of the seeded ones, so that none is out of date and hashed anew at the sign-in.
        Passwords.__init__ = functools.partialmethod(Passwords.__init__, **CHEAP)  # type: ignore[method-assign,assignment]
    if options.profile:
        on_signals(options.profile[0], Path(options.profile[1]))
    cli(options.command, prog_name="opentrusty")


if __name__ == "__main__":
    main(sys.argv[1:])
