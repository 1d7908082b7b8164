"""The page that describes the wire to people: made from the OpenAPI document, and asks nobody else for anything."""

from collections.abc import Mapping
from html import escape
from typing import Any


def manual_page(openapi: Mapping[str, Any]) -> str:
    """Write an OpenAPI document as one plain page.

    Parameters
    ----------
    openapi : mapping
        The document.
    """
    sections = "".join(
        _section(path, method, operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    )
    schemas = openapi.get("components", {}).get("schemas", {})
    tables = "".join(_table(name, schema) for name, schema in schemas.items())
    title = escape(openapi["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f"<body><main><h1>{title}</h1>{_WEB_SOCKETS}{sections}<h2>Documents</h2>{tables}"
        '<p><a href="/openapi.json">openapi.json</a> · <a href="/">the page</a></p></main></body></html>'
    )


_WEB_SOCKETS = (
    "<p><code>WS /ws</code> pushes the document of <code>GET /state</code> up to twenty times a second, takes the "
    "messages of <code>POST /state</code>, and answers each under its <code>id</code>. "
    "<code>WS /audio?format=s16|f32</code> sends one line that describes the sound, then its frames, little-endian, "
    "left and right in turn.</p>"
)


def _section(path: str, method: str, operation: Mapping[str, Any]) -> str:
    heading = f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
    text = f"<p>{escape(operation.get('description', ''))}</p>"
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return heading + text + (_table("message", body) if body else "")


def _table(name: str, schema: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(key)}</code></td><td>{escape(_kind(field))}</td>"
        f"<td>{escape(field.get('description', ''))}</td></tr>"
        for key, field in schema.get("properties", {}).items()
    )
    return f"<h3>{escape(name)}</h3><p>{escape(schema.get('description', ''))}</p><table>{rows}</table>"


def _kind(field: Mapping[str, Any]) -> str:
    """Name what stands in a field, with its limits."""
    if "anyOf" in field:
        return " or ".join(_kind(choice) for choice in field["anyOf"])
    if "enum" in field:
        return ", ".join(str(word) for word in field["enum"])
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[-1]
    kind = field.get("type", "anything")
    limits = " ".join(
        f"{sign} {field[key]}"
        for key, sign in (("exclusiveMinimum", ">"), ("minimum", "≥"), ("maximum", "≤"))
        if key in field
    )
    return f"{' or '.join(kind) if isinstance(kind, list) else kind} {limits}".strip()
