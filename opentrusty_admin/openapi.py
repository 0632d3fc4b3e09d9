"""The OpenAPI 3.1 document, made of the operations. `python -m opentrusty_admin.openapi` prints it.

`opentrusty_admin/openapi.json` is a committed copy: `make openapi` writes it, and a test fails where the two differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from opentrusty_admin.operation import PREFIX, Access, Operation
from opentrusty_admin.problems import MEDIA_TYPE
from opentrusty_admin.schemas.base import Changes, NoQuery
from opentrusty_admin.schemas.problem import Problem
from opentrusty_admin.stream import Upload
from opentrusty_server.application import Stream

VERSION: Final = "1"
_JSON: Final = "application/json"
_REFERENCES: Final = "#/components/schemas/{model}"
_SECURITY: Final = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of any tenant, for the Admin Plane as its audience and with the scope `admin`.",
    },
    "session": {
        "type": "apiKey",
        "in": "header",
        "name": "X-OpenTrusty-Session",
        "description": "The `sid` of a session whose cookie the request carries; from pages of the console only.",
    },
}
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the version that was read; 412 where another one stands there by now.",
    "schema": {"type": "string", "examples": ['"3"']},
}
_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "description": "`*` where nothing may be replaced; 412 where something stands there.",
    "schema": {"type": "string", "enum": ["*"]},
}
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A text of one's own for each thing to be done. A request that is sent again gets the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_PROBLEM: Final = {
    "description": "The request was not answered as asked.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCES.format(model="Problem")}}},
}


class _Schemas(GenerateJsonSchema):
    """Pydantic's schemas without the titles and the nulls that say nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Names say it already."""
        return False


def document(operations: Iterable[Operation]) -> bytes:
    """The document as it is served and committed: in a fixed order, so that differences can be read."""
    operations = tuple(operations)
    models = _models(operations)
    schemas, definitions = models_json_schema(
        sorted(models, key=lambda pair: pair[0].__name__), ref_template=_REFERENCES, schema_generator=_Schemas
    )
    components = definitions.get("$defs", {})
    for component in components.values():
        component.pop("title", None)  # the name says it already
    for model, mode in models:
        if issubclass(model, Changes):
            _forget_defaults(_resolved(schemas[model, mode], components))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = PREFIX + operation.path.replace(":path}", "}")
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, schemas)
    content = {
        "openapi": "3.1.0",
        "info": {
            "title": "OpenTrusty Admin Plane",
            "version": VERSION,
            "description": "Tenants, users, clients, keys and the audit of an OpenTrusty deployment.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY, "responses": {"Problem": _PROBLEM}},
    }
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return _named(text, components).encode()


def _named(text: str, components: Iterable[str]) -> str:
    """The document in the names that its readers see: `Client` and `ClientPage`."""
    names = {name: re.sub(r"Out(?=Page$|$)", "", re.sub(r"^Listing_(\w+)_$", r"\1Page", name)) for name in components}
    if len(set(names.values())) < len(names):
        raise ValueError("two schemas share a name")
    for name, shown in names.items():
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{shown}"')
        text = text.replace(f'      "{name}": {{', f'      "{shown}": {{')
    return text


def _models(operations: Iterable[Operation]) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    found: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for operation in operations:
        if isinstance(operation.body, type):
            found[operation.body, "validation"] = None
        if operation.answer is not None and issubclass(operation.answer, BaseModel):
            found[operation.answer, "serialization"] = None
    return list(found)


def _resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _forget_defaults(schema: dict[str, Any]) -> None:
    """Of a field that may be left out, what it then becomes is not its default."""
    for field in schema["properties"].values():
        field.pop("default", None)


def _operation(operation: Operation, schemas: Any) -> dict[str, Any]:
    summary, description = operation.words
    content: dict[str, Any] = {
        "operationId": operation.id,
        "summary": summary,
        "tags": [operation.handler.__module__.rpartition(".")[2]],
        "parameters": list(_parameters(operation)),
        "responses": {str(operation.status): _answer(operation, schemas), "default": _REFERENCE_TO_PROBLEM},
        "security": [] if operation.permission is Access.PUBLIC else [{name: []} for name in _SECURITY],
        "x-permission": _needed(operation),
    }
    if description:
        content["description"] = description
    if isinstance(operation.body, Upload):
        types = {media_type: {"schema": {"type": "string"}} for media_type in operation.body.media_types}
        content["requestBody"] = {"required": True, "content": types}
    elif operation.body is not None:
        schema = schemas[operation.body, "validation"]
        content["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema}}}
    return content


def _needed(operation: Operation) -> str:
    if isinstance(operation.permission, Access):
        return operation.permission.value
    either = " or ".join(permission.value for permission in operation.permissions)
    return " and ".join((either, *(permission.value for permission in operation.also)))


_REFERENCE_TO_PROBLEM: Final = {"$ref": "#/components/responses/Problem"}


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in operation.parameters:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    if operation.query is not NoQuery:
        schema = operation.query.model_json_schema(schema_generator=_Schemas)
        definitions = schema.get("$defs", {})
        for name, field in schema["properties"].items():
            field = _inlined(field, definitions)
            described = {key: value for key, value in field.items() if key != "description"}
            parameter = {"name": name, "in": "query", "schema": _without_null(described)}
            if "description" in field:
                parameter["description"] = field["description"]
            if name in schema.get("required", ()):
                parameter["required"] = True
            yield parameter
    if operation.conditional:
        yield _IF_MATCH
        if operation.method == "PUT":
            yield _IF_NONE_MATCH
    if operation.is_answered_once:
        yield _IDEMPOTENCY_KEY


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """The schema with what it refers to in place of the references: a parameter's types are nobody else's."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else {}
    return {key: _inlined(value, definitions) for key, value in {**found, **schema}.items() if key != "$ref"}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is absent is not null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf" and not (key == "default" and value is None)}
    return rest | kinds[0] if len(kinds) == 1 else schema


def _answer(operation: Operation, schemas: Any) -> dict[str, Any]:
    if operation.answer is None:
        return {"description": "It is done."}
    if issubclass(operation.answer, Stream):
        types = {media_type: {"schema": {"type": "string"}} for media_type in operation.produces}
        return {"description": "The stream.", "content": types}
    schema = schemas[operation.answer, "serialization"]
    return {"description": "It is done.", "content": {_JSON: {"schema": schema}}}


if __name__ == "__main__":
    import sys

    from opentrusty_admin.routes import OPERATIONS

    sys.stdout.buffer.write(document(OPERATIONS))
