"""The settings of parts, instruments and effects as a preset may write them, read off their own classes."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    create_model,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from ambience.errors import ParameterError
from ambience.plugins import Kind, build, exists, find, names, suggest
from ambience.preset.fit import fitted
from ambience.preset.terms import Number, Switch, Whole, broken

_PLAIN = {float: Number, int: Whole, bool: Switch}


class Settings(BaseModel):
    """Root of the models of all tables in a preset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    called: ClassVar[str] = "the preset"  # what a fault in this table names it


@dataclass(frozen=True, slots=True)
class PluginTable:
    """Marks a table as the settings of a part, an instrument or an effect, and checks it as such."""

    kind: Kind

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the table against the class that its `name` names."""
        return core_schema.no_info_after_validator_function(self.check, core_schema.dict_schema())

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Leave a mark that the schema's writer replaces by all that can be named."""
        return {"type": "object", "title": self.kind}

    def check(self, table: dict[str, Any]) -> dict[str, Any]:
        """Return the table with its numbers in the types that the class declares."""
        checked = fitted(self.kind, table) if self._names_one(table) else None
        if checked is None:
            checked = self.model(table).model_validate(table).model_dump(by_alias=True, exclude_unset=True)
        try:
            build(self.kind, checked)  # the class may have rules of its own between its settings
        except ParameterError as error:
            raise broken("has settings that do not go together", str(error)) from error
        return checked

    def model(self, table: Mapping[str, Any]) -> type[Settings]:
        """Find the model of a table by its name; without a known name only the name is judged."""
        return settings_model(self.kind, table["name"]) if self._names_one(table) else _named(self.kind)

    def _names_one(self, table: Mapping[str, Any]) -> bool:
        name = table.get("name")
        return isinstance(name, str) and exists(self.kind, name)


@cache
def settings_model(kind: Kind, name: str) -> type[Settings]:
    """Build the model of one part's, instrument's or effect's table.

    Parameters
    ----------
    kind : {"parts", "instruments", "effects"}
        Where it belongs.
    name : str
        Its name; it must exist.

    Returns
    -------
    model : type
        One field for `name` and one for every setting, under aliases so that a setting may have any name.
    """
    plugin = find(kind, name)
    hints = get_type_hints(plugin)
    summary = (plugin.__doc__ or "").strip().split("\n")[0]
    fields: dict[str, Any] = {"plugin_name": (Literal[name], Field(alias="name", description=summary))}
    for field in dataclasses.fields(plugin):
        if field.init:
            fields[f"setting_{field.name}"] = _setting(field, hints[field.name])
    model = create_model(f"{kind}.{name}", __base__=Settings, __doc__=summary, **fields)
    model.called = name
    return model


def _setting(field: "dataclasses.Field[Any]", annotation: Any) -> tuple[Any, Any]:
    bounds = {"low": "ge", "high": "le", "above": "gt"}
    limits = {bounds[key]: value for key, value in field.metadata.items() if key in bounds}
    absent = ... if field.default is dataclasses.MISSING else field.default
    doc = field.metadata.get("doc")
    return _strict(annotation, limits), Field(absent, alias=field.name, description=doc)


def _strict(annotation: Any, limits: dict[str, Any]) -> Any:
    """Forbid text and switches where numbers are meant, and the reverse, also within lists."""
    if annotation in _PLAIN:
        kind = _PLAIN[annotation]
        return Annotated[kind, Field(**limits)] if limits else kind
    if get_origin(annotation) is tuple:
        return tuple[tuple(item if item is ... else _strict(item, limits) for item in get_args(annotation))]  # type: ignore[misc]
    return annotation


@cache
def _named(kind: Kind) -> type[Settings]:
    """Build the model of a table that names nothing known."""

    def check(name: str) -> str:
        raise broken(f"is not among the {kind}", suggest(name[:64], names(kind)))

    class Named(Settings):
        model_config = ConfigDict(extra="ignore")

        name: Annotated[str, AfterValidator(check)] = Field(description=f"one of the {kind}")

    return Named
