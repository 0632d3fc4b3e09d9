"""What Linux tells of processes: their children, and the sockets that they listen on."""

from __future__ import annotations

import ipaddress
import os
import sys
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
LISTEN = "0A"


def descendants(pid: int) -> list[int]:
    """Children, their children, and so on, whatever session they are in."""
    children: list[int] = []
    with suppress(OSError):
        for task in (PROC / str(pid) / "task").iterdir():
            children += [int(child) for child in (task / "children").read_text().split()]
    return children + [grandchild for child in children for grandchild in descendants(child)]


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be buried does not."""
    try:
        state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def listening(pid: int) -> list[tuple[str, int]]:
    """The TCP addresses and ports that the process listens on."""
    own = set()
    for link in (PROC / str(pid) / "fd").iterdir():
        with suppress(OSError):
            own.add(os.readlink(link))  # noqa: PTH115 - a socket's link is no path
    found = []
    for table in ("tcp", "tcp6"):
        for line in (PROC / str(pid) / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and f"socket:[{fields[9]}]" in own:
                address, _, port = fields[1].partition(":")
                found.append((_address(address), int(port, 16)))
    return found


def _address(text: str) -> str:
    """The kernel prints addresses as words in the machine's own byte order."""
    words = [int(text[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(text), 8)]
    return str(ipaddress.ip_address(b"".join(words)))
