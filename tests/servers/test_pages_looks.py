"""Colours, stylesheet and languages of the pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, nodes

from opentrusty_server.pages import words
from opentrusty_server.pages.colour import AA_SHAPE, AA_TEXT, Rgb, accent, contrast, uses
from opentrusty_server.pages.i18n import LOCALES, Catalogues, preferred_locales
from opentrusty_server.pages.render import HERE, Asset
from tests.servers.page_views import PAGES, SIGN_IN, show

(CSS,) = (asset for asset in PAGES.assets.values() if asset.path.endswith(".css"))
TOKEN = re.compile(r"^ {2}--([a-z-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));$", re.MULTILINE)
TOKENS = TOKEN.findall(CSS.body.decode())
LIGHT: dict[str, str] = {name: light or both for name, light, _, both in TOKENS}
DARK: dict[str, str] = {name: dark or both for name, _, dark, both in TOKENS}
SURFACES = ("page", "card", "sunken")
HEX = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


def ratio(one: str, other: str) -> float:
    def rgb(colour: str) -> Rgb:
        return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))

    return contrast(rgb(one), rgb(other))


# ---- Colours


def test_contrast_is_that_of_wcag() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert ratio("#123456", "#123456") == pytest.approx(1)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_stylesheet_keeps_aa_contrast(scheme: dict[str, str]) -> None:
    """Text 4.5 : 1 on every surface, the bounds of fields and buttons 3 : 1."""
    name = "light" if scheme is LIGHT else "dark"
    for surface in SURFACES:
        for ink in ("ink", "muted", f"accent-ink-{name}"):
            assert ratio(scheme[ink], scheme[surface]) >= AA_TEXT, (ink, surface)
    for bound in ("field-line", f"accent-edge-{name}"):
        assert ratio(scheme[bound], scheme["card"]) >= AA_SHAPE, bound
    assert ratio(scheme["alert-ink"], scheme["alert"]) >= AA_TEXT
    assert ratio(scheme["alert-ink"], scheme["card"]) >= AA_SHAPE
    for fill in ("accent", "accent-hover"):
        assert ratio(scheme["on-accent"], scheme[fill]) >= AA_TEXT, fill


@given(HEX)
def test_every_accent_colour_is_made_readable(colour: str) -> None:
    """Against the surfaces that the stylesheet really has."""
    made = accent(colour)
    assert made is not None
    assert made.fill == colour
    assert ratio(made.on_fill, made.fill) >= AA_TEXT
    assert ratio(made.on_fill, made.hover) >= AA_TEXT
    for surface in SURFACES:
        assert ratio(made.light_ink, LIGHT[surface]) >= AA_TEXT
        assert ratio(made.dark_ink, DARK[surface]) >= AA_TEXT
    assert ratio(made.light_edge, LIGHT["card"]) >= AA_SHAPE
    assert ratio(made.dark_edge, DARK["card"]) >= AA_SHAPE


@given(HEX)
def test_what_becomes_of_an_accent_colour_is_told_as_it_is(colour: str) -> None:
    made = accent(colour)
    assert made is not None
    told = {use.name: use for use in uses(colour)}
    shown = {"button": made.fill, "light_edge": made.light_edge, "dark_edge": made.dark_edge}
    shown |= {"light_text": made.light_ink, "dark_text": made.dark_ink}
    assert {name: use.colour for name, use in told.items()} == shown
    for use in told.values():
        assert use.contrast == ratio(use.colour, use.on) >= use.wanted
        assert use.own == ratio(colour, use.on)
        assert (use.colour == colour) == (use.own >= use.wanted)
    with pytest.raises(ValueError, match="#rrggbb"):
        uses("red")


@pytest.mark.case("A9")
@pytest.mark.parametrize("colour", [None, "", "red", "#fff", "#12345g", "#123456;}", "#123456\n", "url(x)"])
def test_what_is_not_a_colour_leaves_the_accent_of_the_stylesheet(colour: str | None) -> None:
    assert accent(colour) is None


def test_a_tenants_accent_reaches_its_page() -> None:
    assert "--accent:#0a7d5a;--on-accent:#ffffff;" in show(SIGN_IN).all("style")[0].text


# ---- Static files


def test_the_stylesheet_is_small_and_loads_nothing() -> None:
    assert len(CSS.gzipped) <= 6 * 1024
    assert b"url(" not in CSS.body
    assert b"@import" not in CSS.body


@pytest.mark.parametrize(
    "feature", ["color-scheme: light dark", "forced-colors: active", "prefers-reduced-motion", ":focus-visible"]
)
def test_the_stylesheet_minds_schemes_forced_colours_motion_and_focus(feature: str) -> None:
    assert feature in CSS.body.decode()


@pytest.mark.parametrize("asset", list(PAGES.assets.values()), ids=lambda asset: asset.content_type)
def test_a_static_files_path_changes_with_its_content(asset: Asset) -> None:
    assert re.fullmatch(r"/assets/[a-z]+-[0-9a-f]{16}\.(css|svg)", asset.path)
    assert PAGES.assets[asset.path] is asset


# ---- Languages


def messages_in_templates() -> Iterator[str]:
    """Every text that a template translates; a text that isn't fixed must come from `words`."""
    environment = Environment(autoescape=True)
    for path in sorted((HERE / "templates").glob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Filter):
            if call.name in {"t", "plural"}:
                for text in [call.node, *call.args[:1]]:
                    if isinstance(text, nodes.Const):
                        yield text.value
                    else:
                        assert isinstance(text, nodes.Getitem), f"{path.name}:{call.lineno}"


def messages() -> set[str]:
    errors = (text for pair in [*words.ERRORS.values(), words.OTHER_ERROR] for text in pair)
    return {
        *messages_in_templates(),
        *words.SCOPES.values(),
        *words.CLAIMS.values(),
        *words.PASSWORD_PROBLEMS.values(),
        *errors,
    }


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*.json")), ids=lambda path: path.stem)
def test_every_message_has_its_translation_and_no_orphan_remains(path: Path) -> None:
    translated = json.loads(path.read_text(encoding="utf-8"))["messages"]
    assert translated.keys() == messages()
    for english, text in translated.items():
        assert text.strip()
        assert sorted(re.findall(r"\{.*?\}", text)) == sorted(re.findall(r"\{.*?\}", english)), english


def test_no_template_holds_words_outside_a_message() -> None:
    environment = Environment(autoescape=True)
    for path in (HERE / "templates").glob("*.html"):
        data = "".join(node.data for node in environment.parse(path.read_text()).find_all(nodes.TemplateData))
        without_code = re.sub(r"<script.*?</script>", "", data, flags=re.DOTALL)
        assert not re.search(r">[^<]*[A-Za-z][^<]*<", without_code), path.name


def test_the_page_speaks_the_first_language_that_there_is() -> None:
    assert show(SIGN_IN, "fr", "de-AT", "en").all("html")[0].attrs["lang"] == "de"
    assert show(SIGN_IN, "DE").all("h1")[0].text == "Anmelden"
    assert show(SIGN_IN, "fr", "nl").all("html")[0].attrs["lang"] == "en"
    assert show(SIGN_IN).all("html")[0].attrs["lang"] == "en"
    assert PAGES.languages == ("en", "de")


@pytest.mark.parametrize(
    ("ui_locales", "accept_language", "expected"),
    [
        ("", "", ()),
        ("de en-GB", "fr", ("de", "en-GB", "fr")),
        ("", "en;q=0.5, de", ("de", "en")),
        ("", "fr;q=0, de;q=0.8, en;q=0.9,*", ("en", "de")),
        ("../de <x>", "de;q=high, en;q=2, ;, \r\n, fr", ("fr",)),
        ("", "de, en", ("de", "en")),
    ],
)
def test_languages_are_wanted_in_the_order_of_ui_locales_then_accept_language(
    ui_locales: str, accept_language: str, expected: tuple[str, ...]
) -> None:
    assert preferred_locales(ui_locales=ui_locales, accept_language=accept_language) == expected


@pytest.mark.parametrize(
    ("locales", "expected"),
    [
        (("fr", "de-AT", "it"), ("fr", "de-AT")),
        (("en", "de"), ("en",)),
        (("fr", "it"), ("fr", "it")),
        ((), ()),
    ],
)
def test_an_application_speaks_no_language_that_is_wanted_less_than_the_page_s_own(
    locales: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert PAGES.readable(locales) == expected


@given(st.text(), st.text())
def test_no_header_breaks_the_choice_of_language(ui_locales: str, accept_language: str) -> None:
    locales = preferred_locales(ui_locales=ui_locales, accept_language=accept_language)
    assert len(locales) <= 32
    assert Catalogues().choose(locales).language in PAGES.languages


def test_a_translation_escapes_what_it_is_filled_with() -> None:
    german = Catalogues().choose(("de",))
    assert german.translate("Go to {client}", client="<b>{x}") == "Weiter zu &lt;b&gt;{x}"
