"""The use cases over HTTP are called as those on the database are."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from opentrusty_cli.remote import Remote
from opentrusty_cli.remote.clients import RemotePreviews
from opentrusty_core.management import use_cases
from opentrusty_core.preview import Previews

LEFT_OUT = {
    "Tenants.create": {"settings"},
    "Tenants.create_with_invitation": {"settings"},
    "Tenants.configure": {"display_name"},
    "Users.create": {"must_change"},
}
"""What twins take that no command says."""


def twins() -> Iterator[tuple[type[Any], type[Any]]]:
    """Each noun over HTTP, and its twin on the database."""
    yield RemotePreviews, Previews
    no_calls: Any = None
    for noun in vars(Remote(no_calls)).values():
        yield type(noun), getattr(use_cases, type(noun).__name__.removeprefix("Remote"))


def methods(cls: type[Any]) -> dict[str, Any]:
    return {name: it for name, it in inspect.getmembers(cls, inspect.isfunction) if not name.startswith("_")}


@pytest.mark.parametrize(("remote", "core"), list(twins()), ids=lambda it: it.__name__)
def test_a_method_has_the_signature_of_its_twin(remote: type[Any], core: type[Any]) -> None:
    """It takes what the twin takes, by the same names, types and defaults, and gives the same.

    So a command that type checks against the one runs with the other.
    """
    compared = methods(core)
    for name, method in methods(remote).items():
        if name == "seen":  # of the twins' own
            continue
        twin, own = inspect.signature(compared[name]), inspect.signature(method)
        assert own.return_annotation == twin.return_annotation, name
        for parameter in own.parameters.values():
            assert parameter == twin.parameters[parameter.name], (name, parameter)
        assert twin.parameters.keys() - own.parameters.keys() <= LEFT_OUT.get(f"{core.__name__}.{name}", set()), name
        assert inspect.isasyncgenfunction(method) == inspect.isasyncgenfunction(compared[name]), name


def test_the_nouns_go_by_the_names_that_management_has() -> None:
    source = inspect.getsource(use_cases.Management.__init__)
    no_calls: Any = None
    for name, noun in vars(Remote(no_calls)).items():
        assert f"self.{name} = {type(noun).__name__.removeprefix('Remote')}(" in source
