"""Manifest files: YAML (or JSON, which is YAML) read as plain data, with the line of every part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml

MAX_SIZE = 4 * 1024 * 1024
MAX_PARTS = 200_000
"""How many values a file may hold, those of repeated aliases counted each time."""
MAX_DEPTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """What a file says, and in which line each part stands, by JSON pointer."""

    name: str
    data: object
    lines: Mapping[str, int]

    def line(self, pointer: str) -> int:
        """In which line a part stands, or the part around it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)

    def place(self, pointer: str) -> str:
        """As in `tenant.yaml:12: clients.shop.scope`."""
        names = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
        return f"{self.name}:{self.line(pointer)}: {'.'.join(names)}"


def read_file(path: Path) -> ManifestFile:
    """The file; `-` is standard input.

    Raises:
        click.UsageError: it cannot be read, is too large, or is not YAML with one meaning.
    """
    name = "(standard input)" if str(path) == "-" else str(path)
    try:
        with click.open_file(str(path), "rb") as stream:
            content: bytes = stream.read(MAX_SIZE + 1)
        if len(content) > MAX_SIZE:
            raise click.UsageError(f"{name} is larger than {MAX_SIZE // 1024**2} MiB.")
        loader = yaml.SafeLoader(content.decode())
        node = loader.get_single_node()
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{name} is not UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise click.UsageError(f"{name}:{line}: {error.problem}.") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise click.UsageError(f"{name} is not YAML: {error}.") from None
    reader = _Reader(name, loader)
    data = reader.read(node, "", 0) if node is not None else {}
    return ManifestFile(name=name, data=data, lines=reader.lines)


class _Reader:
    def __init__(self, name: str, loader: yaml.SafeLoader) -> None:
        self.lines: dict[str, int] = {}
        self._name = name
        self._loader = loader
        self._parts = 0

    def read(self, node: yaml.Node, pointer: str, depth: int) -> Any:
        self.lines.setdefault(pointer, node.start_mark.line + 1)
        self._parts += 1
        if depth > MAX_DEPTH or self._parts > MAX_PARTS:
            raise self._refused(node, "nested too deeply, or too many values")
        match node:
            case yaml.MappingNode():
                return self._mapping(node, pointer, depth)
            case yaml.SequenceNode():
                return [self.read(item, f"{pointer}/{at}", depth + 1) for at, item in enumerate(node.value)]
            case _:
                return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, pointer: str, depth: int) -> dict[object, object]:
        values: dict[object, object] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node)
            if key in values:
                raise self._refused(key_node, f"{key} stands here twice")
            inner = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
            self.lines[inner] = key_node.start_mark.line + 1
            values[key] = self.read(value_node, inner, depth + 1)
        return values

    def _scalar(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise self._refused(node, "a name is a text")
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError):
            raise self._refused(node, "it cannot be read") from None

    def _refused(self, node: yaml.Node, why: str) -> click.UsageError:
        return click.UsageError(f"{self._name}:{node.start_mark.line + 1}: {why}.")
