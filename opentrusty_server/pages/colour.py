"""A tenant's accent colour, made readable: text on it and text in it keep WCAG 2.2 AA contrast in light and in dark."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import TypeAlias

from markupsafe import Markup

Rgb: TypeAlias = tuple[int, int, int]

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)
AA_TEXT = 4.5  # WCAG 2.2 §1.4.3
AA_SHAPE = 3.0  # WCAG 2.2 §1.4.11
# The surfaces of pages.css on which accent-coloured text is hardest to read; a test holds them against the file.
LIGHT_SURFACE = "#f4f5f8"
DARK_SURFACE = "#1a1d24"

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accent:
    """`fill` is a button, `on_fill` its text, `hover` its fill under the pointer, edges its bounds; inks are text."""

    fill: str
    on_fill: str
    hover: str
    light_edge: str
    dark_edge: str
    light_ink: str
    dark_ink: str


def accent(colour: str | None) -> Accent | None:
    """The accent of a `#rrggbb` colour; None for anything else, and the stylesheet's own accent stays."""
    if colour is None or not _HEX.fullmatch(colour):
        return None
    fill = _rgb(colour)
    on_fill = max(WHITE, BLACK, key=lambda text: contrast(text, fill))
    return Accent(
        fill=_hex(fill),
        on_fill=_hex(on_fill),
        hover=_hex(
            _mix(fill, BLACK if on_fill == WHITE else WHITE, 0.12)
        ),  # away from the text, so contrast only grows
        light_edge=_hex(_distinct(fill, on=_rgb(LIGHT_SURFACE), towards=BLACK, ratio=AA_SHAPE)),
        dark_edge=_hex(_distinct(fill, on=_rgb(DARK_SURFACE), towards=WHITE, ratio=AA_SHAPE)),
        light_ink=_hex(_distinct(fill, on=_rgb(LIGHT_SURFACE), towards=BLACK, ratio=AA_TEXT)),
        dark_ink=_hex(_distinct(fill, on=_rgb(DARK_SURFACE), towards=WHITE, ratio=AA_TEXT)),
    )


@lru_cache(maxsize=1024)
def accent_css(colour: str | None) -> Markup | None:
    """Custom properties that override the stylesheet's accent: validated hex colours only. None like `accent`."""
    properties = accent(colour)
    if properties is None:
        return None
    return Markup(
        ":root{{--accent:{};--on-accent:{};--accent-hover:{};--accent-edge-light:{};--accent-edge-dark:{};"
        "--accent-ink-light:{};--accent-ink-dark:{}}}"
    ).format(*astuple(properties))


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Where a tenant's colour stands on the pages: `own` is the contrast of the colour itself there, `colour` what is
    shown instead where that is below `wanted`, and `contrast` what it reaches against `on`.
    """

    name: str
    colour: str
    on: str
    own: float
    contrast: float
    wanted: float


def uses(colour: str) -> tuple[Use, ...]:
    """What the pages make of a `#rrggbb` colour (WCAG 2.2 §1.4.3 for text, §1.4.11 for shapes). Raises `ValueError`."""
    look = accent(colour)
    if look is None:
        raise ValueError("not a colour of the form #rrggbb")
    shown = (
        ("button", look.fill, look.on_fill, AA_TEXT),
        ("light_edge", look.light_edge, LIGHT_SURFACE, AA_SHAPE),
        ("dark_edge", look.dark_edge, DARK_SURFACE, AA_SHAPE),
        ("light_text", look.light_ink, LIGHT_SURFACE, AA_TEXT),
        ("dark_text", look.dark_ink, DARK_SURFACE, AA_TEXT),
    )
    return tuple(
        Use(
            name=name,
            colour=used,
            on=on,
            own=contrast(_rgb(colour), _rgb(on)),
            contrast=contrast(_rgb(used), _rgb(on)),
            wanted=wanted,
        )
        for name, used, on, wanted in shown
    )


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _distinct(colour: Rgb, *, on: Rgb, towards: Rgb, ratio: float) -> Rgb:
    """The first mix towards black or white that reaches the contrast ratio on the surface."""
    mixes = (_mix(colour, towards, step / 25) for step in range(26))
    return next((mix for mix in mixes if contrast(mix, on) >= ratio), towards)


def _mix(colour: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return (red, green, blue)


def _rgb(colour: str) -> Rgb:
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
