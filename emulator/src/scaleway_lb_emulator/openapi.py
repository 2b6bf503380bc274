"""The OpenAPI document: derived from the operations, their models and the shapes of answers."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from . import __version__
from .operations import OPERATIONS
from .shapes import SHAPES, Refused
from .surface import QUERY, Operation
from .zones import REGIONS, ZONES

REFERENCE = "#/components/schemas/{model}"
PLACES = {"zones": ("zone", ZONES), "regions": ("region", REGIONS)}
REFUSALS = {
    "400": "something in the request cannot be what it is",
    "401": "no token, or not the right one",
    "403": "over a limit",
    "404": "there is no such object",
    "409": "the load balancer is in transition",
    "412": "it is still in use",
    "413": "the body is too long",
}


def document(app: FastAPI) -> dict[str, Any]:
    """Made once, on first use."""
    if app.openapi_schema:
        return app.openapi_schema
    bodies = {operation.model for operation in OPERATIONS if operation.model}
    models = sorted(bodies, key=lambda model: model.__name__)
    references, definitions = models_json_schema(
        [
            *((model, "validation") for model in models),
            *((shape, "serialization") for shape in (*SHAPES.values(), Refused)),
        ],
        ref_template=REFERENCE,
    )
    paths: dict[str, Any] = {}
    for prefix, (place, known) in PLACES.items():
        for operation in OPERATIONS:
            if operation.zoned if place == "zone" else operation.regional:
                path = paths.setdefault(f"/lb/v1/{prefix}/{{{place}}}{operation.path}", {})
                path[operation.method.lower()] = described(operation, place, known, references)
    token = {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}
    app.openapi_schema = {
        "openapi": app.openapi_version,
        "info": {"title": app.title, "version": __version__, "description": app.description},
        "paths": paths,
        "components": {"schemas": definitions["$defs"], "securitySchemes": {"token": token}},
    }
    return app.openapi_schema


def described(
    operation: Operation, place: str, known: list[str], references: dict[Any, Any]
) -> dict[str, Any]:
    """One operation. Regional ones have a prefix, since they share their names with zoned ones."""
    ids = re.findall(r"{(\w+)}", operation.path)
    regional = place == "region"
    said = {
        "operationId": f"{'Regional' if regional else ''}{operation.name}",
        "tags": ["regional API (deprecated)" if regional else "zoned API"],
        "deprecated": regional,
        "summary": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", operation.name),
        "security": [{"token": []}],
        "parameters": [
            parameter(place, "path", {"enum": known}),
            *(parameter(name, "path", {"type": "string", "format": "uuid"}) for name in ids),
            *(
                parameter(name.removesuffix("_date"), "query", QUERY[name])
                for name in operation.query
            ),
        ],
        "responses": {
            **answered(operation, references),
            **{
                status: {"description": reason, **as_json(references[Refused, "serialization"])}
                for status, reason in REFUSALS.items()
            },
        },
    }
    if operation.model:
        body = as_json(references[operation.model, "validation"])
        wanted = any(one.is_required() for one in operation.model.model_fields.values())
        said["requestBody"] = {"required": wanted, **body}
    return said


def parameter(name: str, where: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": where, "required": where == "path", "schema": schema}


def answered(operation: Operation, references: dict[Any, Any]) -> dict[str, Any]:
    if operation.answer is None:
        return {"204": {"description": "done"}}
    if isinstance(operation.answer, str):
        schema = references[SHAPES[operation.answer], "serialization"]
        return {"200": {"description": operation.answer, **as_json(schema)}}
    key, kind = operation.answer
    items = references[SHAPES[kind], "serialization"]
    properties = {key: {"type": "array", "items": items}, "total_count": {"type": "integer"}}
    schema = {"type": "object", "required": [*properties], "properties": properties}
    return {"200": {"description": f"a page of {key}", **as_json(schema)}}


def as_json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
