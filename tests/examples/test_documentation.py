"""What the documentation says is so: tables, commands, code blocks, links, and the docstrings of the public names."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path

import click
import pytest

import opentrusty_core
from opentrusty_auth.routes import match
from opentrusty_cli.main import cli
from opentrusty_core import CORS_ENDPOINTS, MasterKeys, Settings, SystemRuntime, load_settings
from opentrusty_core.config import CONFIG_VARIABLE, PREFIX, REMOTE_VARIABLE
from opentrusty_core.domain.tenant import Lifetimes, PasswordPolicy
from opentrusty_core.errors import ProtocolError

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
DEPLOY = sorted((ROOT / "deploy").iterdir())
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table with this first heading; backticks, and what escapes a bar, are taken off."""
    lines = iter((DOCS / page).read_text().splitlines())
    for line in lines:
        if line.startswith(f"| {heading} |"):
            next(lines)  # the rule below the headings
            break
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        rows.append([cell.strip().replace("\\|", "|") for cell in cells])
    assert rows, f"{page} has no table {heading}"
    return rows


def bare(cell: str) -> str:
    return cell.replace("`", "")


def blocks(page: Path, language: str) -> list[str]:
    return [body for found, body in BLOCK.findall(page.read_text()) if found == language]


# --- Tables -------------------------------------------------------------------------------------------------------


def test_every_setting_is_in_the_table_with_its_default() -> None:
    """docs/configuration.md names the fields of `Settings`, in their order, with their defaults."""
    documented = {bare(row[0]): bare(row[1]) for row in table("configuration.md", "setting")}
    shown: dict[object, str] = {None: "–", (): "–", False: "false"}
    expected = {field.name: shown.get(field.default, str(field.default)) for field in fields(Settings)}
    assert documented == expected
    assert list(documented) == list(expected)


def test_every_lifetime_is_in_the_table_with_its_default() -> None:
    """docs/configuration.md names the fields of `Lifetimes`, with their defaults in seconds."""
    documented = {bare(row[0]): timedelta(seconds=int(row[1])) for row in table("configuration.md", "lifetime")}
    assert documented == {field.name: field.default for field in fields(Lifetimes)}
    assert f"({PasswordPolicy().min_length} by default" in (DOCS / "configuration.md").read_text()


def commands(command: click.Command = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))
    else:
        pieces = command.collect_usage_pieces(click.Context(command))
        yield " ".join([*path, *(piece for piece in pieces if piece != "[OPTIONS]")]), command


def test_every_command_is_in_the_table_with_its_help() -> None:
    """docs/cli.md lists click's own commands, their arguments, and the first paragraph of their help."""
    documented = {bare(row[0]): row[1] for row in table("cli.md", "command")}
    assert documented == {name: first_paragraph(command.help) for name, command in commands()}


def first_paragraph(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


def test_every_endpoint_is_in_the_table_with_its_methods() -> None:
    """docs/protocol.md names what the plane routes: methods, and whether pages of registered origins may call it."""
    for path, methods, from_pages in table("protocol.md", "endpoint"):
        found = match(bare(path).replace("…", "/t/acme").replace("{tenant}", "acme"))
        assert found is not None, path
        assert methods.split(", ") == [method for method in found.route.methods if method not in {"HEAD", "OPTIONS"}]
        assert from_pages.startswith("yes") == (found.route.name in CORS_ENDPOINTS), path


def test_discovery_announces_no_endpoint_that_the_table_lacks() -> None:
    """Whatever ends in `_endpoint` or `_uri` has a row."""
    from opentrusty_core.protocol.endpoints.documents import metadata

    source = inspect.getsource(metadata)
    announced = set(re.findall(r'"\w+_(?:endpoint|uri)": f"\{base\}/(\w+)"', source))
    documented = {bare(row[0]).removeprefix("…/") for row in table("protocol.md", "endpoint")}
    assert len(announced) == 7
    assert announced <= documented


def test_every_error_in_the_table_is_one_of_ours() -> None:
    """docs/protocol.md gives the codes their own statuses."""
    known = {error.error: error.status for error in subclasses(ProtocolError)}
    for name, status, _ in table("protocol.md", "`error`"):
        assert known[bare(name)] == int(status), name


def subclasses(family: type[ProtocolError]) -> Iterator[type[ProtocolError]]:
    for error in family.__subclasses__():
        yield error
        yield from subclasses(error)


# --- Text ---------------------------------------------------------------------------------------------------------


def lines_of_shell() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        inline = re.findall(r"`(opentrusty [^`]+)`", page.read_text().replace("\n", " "))
        written = "\n".join([*blocks(page, "sh"), *inline])
        for line in written.replace("\\\n", " ").splitlines():
            for part in re.split(r" \| |&&|;", line):
                if re.match(r"\s*(\.venv/bin/)?opentrusty ", part):
                    yield page.name, part.strip()
    for file in DEPLOY:
        for line in re.findall(r"^ExecStart=\S*/(opentrusty .*)$", file.read_text(), re.MULTILINE):
            yield file.name, line


@pytest.mark.parametrize(("page", "line"), list(lines_of_shell()))
def test_commands_that_are_shown_exist(page: str, line: str) -> None:
    """Every `opentrusty …` names commands and options that there are. (`…` and `NAME` stand for values.)"""
    words = [word for word in shlex.split(line.partition(" > ")[0])[1:] if word not in {"…", "COMMAND"}]
    if words and words[-1] == "admin":
        return  # the plane that is announced
    command: click.Command = cli
    context = click.Context(cli)
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            options = {name: option for option in command.params for name in (*option.opts, *option.secondary_opts)}
            if word == "--help":
                continue
            assert word in options, f"{page}: {line}: {word}"
            option = options[word]
            if words and isinstance(option, click.Option) and not (option.is_flag or option.count):
                words.pop(0)
        elif isinstance(command, click.Group):
            found = command.get_command(context, word)
            assert found is not None, f"{page}: {line}: {word}"
            command, context = found, click.Context(found)


def test_variables_that_are_named_exist() -> None:
    """Every OPENTRUSTY_… in the documentation, the deployment files and the Makefile is a setting."""
    known = {CONFIG_VARIABLE, REMOTE_VARIABLE, *(PREFIX + field.name.upper() for field in fields(Settings))}
    for file in [*PAGES, *DEPLOY, ROOT / "Makefile"]:
        named = set(re.findall(r"\bOPENTRUSTY_[A-Z_]+[A-Z]\b", file.read_text()))
        assert named <= known, file.name


def test_links_lead_somewhere() -> None:
    """Every relative link, and every file that a page names in its text, exists."""
    for page in PAGES:
        text = page.read_text()
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"
        for target in re.findall(r"(?<![\w/.])(?:docs|examples|deploy)/[\w./-]*\w", text):
            assert (ROOT / target).exists(), f"{page.name}: {target}"


def python_blocks() -> list[tuple[str, str]]:
    return [(f"{page.name} {number}", body) for page in PAGES for number, body in enumerate(blocks(page, "python"), 1)]


@pytest.mark.parametrize(("name", "body"), python_blocks())
def test_python_that_is_shown_runs(name: str, body: str, tmp_path: Path) -> None:
    """Each block is a program of its own, beside a master key."""
    entropy = SystemRuntime().token_bytes
    (tmp_path / "idp.key").write_text(MasterKeys.generate(entropy))
    (tmp_path / "block.py").write_text(body)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "block.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, f"{name}:\n{ran.stderr}"


def test_the_provider_without_a_server_answers() -> None:
    """The block of docs/embedding.md that makes a whole provider gets a token out of it."""
    (body,) = [body for name, body in python_blocks() if "asyncio.run(main())" in body]
    ran = subprocess.run([sys.executable, "-c", body], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.startswith('200 {"access_token":"')


def test_settings_that_are_shown_are_taken(tmp_path: Path) -> None:
    """Each TOML block loads."""
    shown = [body for page in PAGES for body in blocks(page, "toml")]
    assert shown
    for body in shown:
        path = tmp_path / "settings.toml"
        path.write_text(body)
        load_settings(environ={}, path=path)


def test_examples_say_how_to_run_them() -> None:
    """Each example's application begins with commands that name modules which exist."""
    applications = sorted((ROOT / "examples").glob("*/app.py"))
    assert len(applications) == 4
    for path in applications:
        said = ast.get_docstring(ast.parse(path.read_text())) or ""
        named = set(re.findall(r"\b(examples(?:\.\w+)+)", said))
        assert f"examples.{path.parent.name}.app" in named
        for name in named:
            assert (ROOT / f"{name.replace('.', '/')}.py").exists(), name


# --- Public names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", opentrusty_core.__all__)
def test_public_names_are_documented_and_typed(name: str) -> None:
    """Every public name, and every public method of it, has a docstring of its own and complete type hints."""
    value = getattr(opentrusty_core, name)
    if inspect.isclass(value):
        assert documented(value), name
        for attribute, member in vars(value).items():
            if attribute.startswith("_") and attribute not in {"__init__", "__call__"}:
                continue
            check_member(value, f"{name}.{attribute}", member)
    elif inspect.isfunction(value):
        check_member(None, name, value)
    else:
        assert constant_is_documented(name), name


def documented(value: type) -> bool:
    """Whether the class says what it is; dataclasses and protocols that say nothing get a text from Python."""
    (definition,) = ast.parse(inspect.getsource(value)).body
    return isinstance(definition, ast.ClassDef) and bool(ast.get_docstring(definition))


def check_member(owner: type | None, name: str, member: object) -> None:
    if isinstance(member, property):
        member = member.fget
    elif isinstance(member, (staticmethod, classmethod)):
        member = member.__func__
    if not inspect.isfunction(member):
        return  # a field or a member of an enumeration
    if name.endswith(".__init__"):
        if is_dataclass(owner) or getattr(owner, "_is_protocol", False):
            return  # not written by us
    else:
        assert member.__doc__, f"{name} has no docstring"
    signature = inspect.signature(member)
    for number, parameter in enumerate(signature.parameters.values()):
        if number or parameter.name not in {"self", "cls"}:
            assert parameter.annotation is not inspect.Parameter.empty, f"{name}: {parameter.name} has no type"
    assert signature.return_annotation is not inspect.Signature.empty, f"{name}: no return type"


def constant_is_documented(name: str) -> bool:
    """Whether the assignment is followed by a text of its own."""
    module = next(home for home, names in opentrusty_core._HOMES.items() if name in names)
    home = importlib.import_module(f"opentrusty_core.{module}")
    body = ast.parse(inspect.getsource(home)).body
    for statement, following in itertools.pairwise(body):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
    return False


def test_types_ship() -> None:
    """The packages say that their types are theirs to use (PEP 561)."""
    for package in ("opentrusty_core", "opentrusty_server", "opentrusty_auth"):
        assert (ROOT / package / "py.typed").exists(), package
