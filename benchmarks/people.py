"""Names for people by the million: few families are common and most are rare, as it is among people.

The same arithmetic is done in `bulk.named_people`, in SQL.
"""

from __future__ import annotations

from itertools import product

GIVEN = tuple(
    a + b
    for a, b in product(
        ("an", "ma", "jo", "el", "ka", "li", "so", "ti", "ra", "be"),
        (
            *("na", "ria", "hn", "la", "ren", "sa", "phie", "mo", "chel", "nno"),
            *("ra", "tin", "se", "via", "rl", "nus", "ya", "bor", "na-lu", "nt"),
        ),
    )
)
"""Two hundred, folded."""
_STEMS = (
    *("mar", "ber", "hol", "kor", "sil", "ten", "vas", "wei", "dor", "fal", "gar", "nov", "pet", "ros", "lun", "zim"),
    *("bau", "cas", "dub", "eck", "fis", "gol", "hem", "iva", "jan", "kuz", "lam", "mei", "nie", "oko", "pav", "qui"),
    *("rei", "sch", "tan", "urb", "vog", "wal", "yam", "zel"),
)
_ENDS = ("son", "mann", "berg", "ska", "ez", "ini", "ton", "dal", "ov", "ic", "ley", "wood", "stein", "aux", "er", "a")
FAMILIES = tuple(a + b + c for c, b, a in product(_ENDS, ("", "an", "er", "in", "ov", "sk", "il", "ta"), _STEMS))
"""Five thousand and more, folded."""
_MULTIPLIER, _MODULUS = 2_654_435_761, 2**32


def person(number: int) -> tuple[str, str, str]:
    """The username, given name and family name of person `number`."""
    given = GIVEN[_index(number, 1, len(GIVEN))]
    family = FAMILIES[_index(number, 7, len(FAMILIES))]
    return f"{given}.{family}.{number}", given, family


def _index(number: int, salt: int, count: int) -> int:
    """An index below `count`, the lower the likelier."""
    share = (number * salt * _MULTIPLIER + salt) % _MODULUS
    return share * share * count // _MODULUS // _MODULUS
