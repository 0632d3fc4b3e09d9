"""Both engines keep the contract of `storage`."""

from __future__ import annotations

from opentrusty_core.storage.contract.codes import *
from opentrusty_core.storage.contract.grants import *
from opentrusty_core.storage.contract.interactions import *
from opentrusty_core.storage.contract.isolation import *
from opentrusty_core.storage.contract.paging import *
from opentrusty_core.storage.contract.people import *
from opentrusty_core.storage.contract.platform import *
from opentrusty_core.storage.contract.purging import *
from opentrusty_core.storage.contract.registry import *
from opentrusty_core.storage.contract.sessions import *
from opentrusty_core.storage.contract.signing_keys import *
from opentrusty_core.storage.contract.throttles import *
from opentrusty_core.storage.contract.tokens import *
from opentrusty_core.storage.contract.transactions import *
