"""What the state machine does to one-time links and to the passwords that they lead to."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, rule

from opentrusty_core.domain.one_time_link import LinkKind, OneTimeLink
from tests.stores.machine import USERS, Place, TwoStores, places
from tests.support import builders

user_ids, lives = st.sampled_from(USERS), st.sampled_from([timedelta(seconds=59), timedelta(days=1)])


class LinkRules(TwoStores):
    """Links are made, spent and withdrawn."""

    links: Bundle[OneTimeLink] = Bundle("links")

    @rule(target=links, at=places, user_id=user_ids, kind=st.sampled_from(LinkKind), life=lives)
    def make_link(self, at: Place, user_id: str, kind: LinkKind, life: timedelta) -> OneTimeLink:
        expires_at = self.runtime.now() + life
        link = builders.a_link(self.runtime, user_id, kind=kind, expires_at=expires_at)
        self.known.link_hashes.add(link.hash)
        self.both(at, lambda r, it, e: r.links.make(it, e), link)
        return link

    @rule(at=places, link=links)
    def spend_link(self, at: Place, link: OneTimeLink) -> None:
        now = self.runtime.now()
        self.both(at, lambda r, it, e: r.links.spend(it, now, e), link.hash)

    @rule(at=places, user_id=user_ids)
    def withdraw_link(self, at: Place, user_id: str) -> None:
        now = self.runtime.now()
        self.both(at, lambda r, it, e: r.links.withdraw(it, now, e), user_id)

    @rule(at=places, user_id=user_ids, reads=st.booleans())
    def change_password(self, at: Place, user_id: str, reads: bool) -> None:
        """From the password that stands there, or from another."""
        old, new = (builders.a_password(self.runtime, user_id) for _ in range(2))
        known = self.both(at, lambda r, it, e: r.passwords.get(it), user_id) if reads else None
        self.both(at, lambda r, it, e: r.passwords.change(known or old, it, e), new)
