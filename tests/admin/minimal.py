"""The smallest JSON that a schema takes."""

from __future__ import annotations

from typing import Any

from opentrusty_admin.schemas.base import Model


def minimal(model: type[Model]) -> dict[str, Any]:
    """An object with the fields that the model asks for, and no others."""
    schema = model.model_json_schema()
    found: dict[str, Any] = _smallest(schema, schema.get("$defs", {}))
    return found


def _smallest(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _smallest(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    for choices in ("anyOf", "oneOf", "allOf"):
        if choices in schema:
            return _smallest(schema[choices][0], definitions)
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", ())
            return {name: _smallest(schema["properties"][name], definitions) for name in wanted}
        case "array":
            return [_smallest(schema["items"], definitions)] * schema.get("minItems", 0)
        case "string":
            return "2026-01-01T00:00:00Z" if schema.get("format") == "date-time" else "x" * schema.get("minLength", 1)
        case "integer":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case _:
            return None
