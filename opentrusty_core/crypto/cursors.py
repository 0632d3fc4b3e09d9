"""Page cursors: where a list goes on, as a text that nobody but us can make (row J5).

base64url(HMAC-SHA256 ‖ key of the last item). The tag covers what the list was: a cursor of one list, tenant, order or
search opens no other.
"""

from __future__ import annotations

from opentrusty_core.crypto import base64url
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.macs import TAG_BYTES, Macs
from opentrusty_core.errors import Invalid

MAX_CURSOR = 2048
"""Characters of a cursor that are looked at."""


class Cursors:
    """Seals and opens cursors under the key derived as `opentrusty page cursor`."""

    __slots__ = ("_macs",)

    def __init__(self, master: MasterKeys) -> None:
        self._macs = Macs(master, b"opentrusty page cursor")

    def seal(self, after: str, *context: str) -> str:
        """The cursor that goes on after this key in the list that `context` names."""
        key = after.encode()
        return base64url.encode(self._macs.tag(key, *_parts(context)) + key).decode("ascii")

    def open(self, cursor: str, *context: str) -> str:
        """The key that `seal` was given for the same list.

        Raises:
            Invalid: it is not a cursor of this list.
        """
        try:
            raw = base64url.decode(cursor) if len(cursor) <= MAX_CURSOR else b""
        except ValueError:
            raw = b""
        tag, key = raw[:TAG_BYTES], raw[TAG_BYTES:]
        if len(tag) != TAG_BYTES or not self._macs.verify(tag, key, *_parts(context)):
            raise Invalid({"cursor": "It is not a cursor of this list. Begin again without one."})
        return key.decode()


def _parts(context: tuple[str, ...]) -> list[bytes]:
    return [part.encode("utf-8", "surrogatepass") for part in context]
