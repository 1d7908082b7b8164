"""A preset: everything that makes one piece, checked and frozen."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ModelWrapValidatorHandler, PrivateAttr, ValidationError, model_validator

from ambience.errors import ParameterError
from ambience.preset.links import broken_links, joined
from ambience.preset.midi_in import MidiIn
from ambience.preset.settings import PluginTable, Settings
from ambience.preset.tables import CastMember, Change, Layer, Master, Orchestra, State, ThemeTable, TransitionTable
from ambience.preset.terms import ONE_DAY_S, AnyName, Meter, Name, Number, Seconds, Share, Title, Tonic, Whole
from ambience.preset.words import Mode
from ambience.scene import Scenes, Transition

_OPTIONS = {"seed": "seed", "duration_s": "duration", "state": "state", "master": "master", "orchestra": "orchestra"}


def _named_by_key(effects: object) -> object:
    """Give every effect that names no plugin the name of its send."""
    if not isinstance(effects, Mapping):
        return effects
    return {key: {"name": key, **table} if isinstance(table, dict) else table for key, table in effects.items()}


class Preset(Settings):
    """Everything that makes one piece."""

    title: Title = Field(description="title of the piece")
    seed: Annotated[Whole, Field(ge=0, le=2**63 - 1)] = Field(
        default=0, description="number from which all chance is drawn"
    )
    tonic: Tonic = Field(description="tone on which the piece rests")
    mode: Mode = Field(description="scale of the piece")
    tempo_bpm: Annotated[Number, Field(ge=20, le=240)] = Field(description="quarter notes a minute")
    meter: Meter = Field(default="4/4", description="time signature of the piece")
    duration_s: Annotated[Number, Field(gt=0, le=ONE_DAY_S)] = Field(
        description="length of the piece in seconds, above 0; the limit is 24 h"
    )
    theme: ThemeTable = Field(default=ThemeTable(), description="the theme from which the whole piece grows")
    tension: tuple[tuple[Seconds, Share], ...] = Field(
        default=(), description="tension drawn as [second, tension] pairs; absent: the states decide"
    )
    layers: Annotated[dict[Name, Layer], Field(min_length=1)] = Field(description="everything that can play, by name")
    states: Annotated[dict[Name, State], Field(min_length=1)] = Field(description="everything that can be, by name")
    cast: dict[Name, CastMember] = Field(default={}, description="motifs that can be called, by name")
    transitions: tuple[TransitionTable, ...] = Field(default=(), description="how states lead into each other")
    form: tuple[AnyName, ...] = Field(
        default=(),
        description="states in the order in which they come, whatever the length; absent: the script, or the composer",
    )
    script: tuple[Change, ...] = Field(
        default=(),
        description="what happens when, in a piece of just this length; in any other, their order counts",
    )
    effects: Annotated[
        dict[Name, Annotated[dict[str, Any], PluginTable("effects")]], BeforeValidator(_named_by_key)
    ] = Field(default={}, description="effects that layers are sent to, by name")
    orchestra: Orchestra = Field(default=Orchestra(), description="who plays the layers of an orchestra")
    master: Master = Field(default=Master(), description="where the piece is going")
    midi_in: MidiIn = Field(default=MidiIn(), description="what MIDI messages mean to a live session")

    _name: str = PrivateAttr("")
    _text: str = PrivateAttr("")
    _own_s: float = PrivateAttr(0.0)

    @model_validator(mode="wrap")
    @classmethod
    def _whole(cls, table: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Report what is wrong between the tables together with what is wrong within them."""
        if not isinstance(table, Mapping):
            return handler(table)
        between = broken_links(table)
        try:
            preset = handler(table)
        except ValidationError as error:
            raise joined(error, between) from None
        if between:
            raise joined(None, between)
        return preset

    @property
    def name(self) -> str:
        """The preset's file name without its suffix."""
        return self._name

    @property
    def text(self) -> str:
        """The TOML from which the preset was read."""
        return self._text

    @property
    def own_s(self) -> float:
        """The length for which script and tension were written: that of the file, whatever length was asked for."""
        return self._own_s

    def model_post_init(self, context: Any, /) -> None:
        """Remember the length for which the script was written."""
        self._own_s = self.duration_s

    @cached_property
    def scenes(self) -> Scenes:
        """Everything that may happen, in the words of the conductor."""
        return self.scenes_in(self.duration_s)

    def scenes_in(self, length_s: float) -> Scenes:
        """Tell what may happen in a piece of some length.

        A script and a drawn tension belong to the length for which they were written; of a script for another length,
        the order of the states is left. A single state that is held is held for any length.
        """
        scripted = length_s == self._own_s or len(self.script) == 1
        order = [change.state for change in self.script if change.state] if self.script else self.form
        return Scenes(
            states=tuple(state.scene(name) for name, state in self.states.items()),
            transitions=tuple(Transition(**rule.model_dump()) for rule in self.transitions),
            script=tuple(change.scene() for change in self.script) if scripted else (),
            tension_curve=self.tension if length_s == self._own_s else (),
            form=tuple(name for name, before in zip(order, ["", *order], strict=False) if name != before),
        )

    def carrying(self, name: str, text: str) -> Self:
        """Return the same preset with the name and the text of its file."""
        copy = self.model_copy()
        copy._name, copy._text = name, text
        return copy

    def _lasting(self, own_s: float) -> Self:
        """Return the same preset with a script that was written for some length."""
        copy = self.model_copy()
        copy._own_s = own_s
        return copy

    def override(
        self,
        *,
        seed: int | None = None,
        duration_s: float | None = None,
        state: str | None = None,
        master: str | None = None,
        orchestra: str | None = None,
        soundfont: str | None = None,
    ) -> Self:
        """Return the preset with some of its values replaced, as the command line's options do.

        Parameters
        ----------
        seed : int, optional
            Another seed, 0 … 2**63 - 1.
        duration_s : float, optional
            Another length in seconds, above 0, at most 24 h: the form is composed anew for it.
        state : str, optional
            Hold this state for the whole duration: form, script and drawn tension are dropped.
        master : str, optional
            Another delivery.
        orchestra : {"builtin", "soundfont"}, optional
            Let others play the layers of an orchestra; the notes stay.
        soundfont : str, optional
            Path or name of the file with which a soundfont orchestra plays.

        Raises
        ------
        ParameterError
            If a value breaks the rule of its option; one line a fault.
        """
        table = self.model_dump(by_alias=True, exclude_unset=True)
        wishes = {"seed": seed, "duration_s": duration_s}
        table |= {key: value for key, value in wishes.items() if value is not None}
        if state is not None:
            table |= {"script": [{"at_s": 0, "state": state}], "tension": [], "form": []}
        if master is not None:
            table["master"] = {**table.get("master", {}), "name": master}
        if orchestra is not None or soundfont is not None:
            file = {} if soundfont is None else {"file": soundfont}
            table["orchestra"] = {**table.get("orchestra", {}), "name": orchestra or "soundfont", **file}
        try:
            return type(self).model_validate(table).carrying(self.name, self.text)._lasting(self._own_s)
        except ValidationError as error:
            raise ParameterError("\n".join(_told(type(self), table, error))) from None


def _told(model: type[Preset], table: Mapping[str, Any], error: ValidationError) -> Iterator[str]:
    """Tell one line an option that breaks its rule."""
    from ambience.preset.faults import explained, faults  # what is right needs no words for faults

    for fault in faults(model, table, error):
        key = "state" if fault.path[0] == "script" else str(fault.path[0])
        yield explained(replace(fault, path=(key,)), f"--{_OPTIONS[key]}")
