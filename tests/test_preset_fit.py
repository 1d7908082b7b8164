"""The quick look at a plugin's settings never says anything else than the model does."""

import dataclasses
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ambience import plugins
from ambience.preset.fit import fitted
from ambience.preset.settings import settings_model

KINDS: tuple[plugins.Kind, ...] = ("parts", "instruments", "effects")
ALL = [(kind, name) for kind in KINDS for name in plugins.names(kind)]
VALUES = st.one_of(
    st.floats(),
    st.integers(-10, 200),
    st.sampled_from([2**53 + 1, 10**400, True, False, "", "tonic", "wood", "tubular", None, math.nan, [], [1.0], {}]),
)


def declared(kind: plugins.Kind, name: str) -> list["dataclasses.Field[Any]"]:
    return [field for field in dataclasses.fields(plugins.find(kind, name)) if field.init]


def by_model(kind: plugins.Kind, table: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return settings_model(kind, table["name"]).model_validate(table).model_dump(by_alias=True, exclude_unset=True)
    except ValidationError:
        return None


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_the_defaults_fit(kind: plugins.Kind, name: str) -> None:
    table = {field.name: field.default for field in declared(kind, name) if field.default is not dataclasses.MISSING}
    assert fitted(kind, {"name": name, **table}) == by_model(kind, {"name": name, **table}) == {"name": name, **table}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ALL), st.data())
def test_what_fits_is_what_the_model_accepts(plugin: tuple[plugins.Kind, str], data: st.DataObject) -> None:
    kind, name = plugin
    words = [field.name for field in declared(kind, name)]
    chosen = data.draw(st.dictionaries(st.sampled_from([*words, "nonsense"]), VALUES, max_size=3))
    quick, slow = fitted(kind, {"name": name, **chosen}), by_model(kind, {"name": name, **chosen})
    if quick is not None:
        assert quick == slow
        assert [type(value) for value in quick.values()] == [type(value) for value in slow.values()]


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_value_at_its_limit_fits_and_one_beyond_it_does_not(kind: plugins.Kind, name: str) -> None:
    for field in declared(kind, name):
        if field.type in (int, float) and "high" in field.metadata:
            high = field.type(field.metadata["high"])
            assert fitted(kind, {"name": name, field.name: high}) is not None
            assert fitted(kind, {"name": name, field.name: high + 1}) is None
