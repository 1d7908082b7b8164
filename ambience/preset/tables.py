"""The tables of a preset: theme, layers, states, transitions, script, master."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ambience.preset.settings import PluginTable, Settings
from ambience.preset.terms import (
    ONE_DAY_S,
    AnyName,
    FileBeside,
    LevelDb,
    Lift,
    Meter,
    Number,
    PitchName,
    Seconds,
    Share,
    Switch,
    Text,
    Transforms,
    Whole,
    broken,
    pitch_midi,
)
from ambience.preset.words import Harmony, MasterName, Mode, Stem
from ambience.scene import Controls, SceneChange, SceneState, Stanza, When

_TWELFTH_SEMITONES = 19  # below, no octave of the tonic is sure to hold a theme
_THEME_SOURCES = ("motif", "midi", "musicxml", "melody")


class ThemeTable(Settings):
    """The theme from which the whole piece grows."""

    called: ClassVar[str] = "the theme"

    bars: Annotated[Whole, Field(ge=4, le=32)] = Field(
        default=8, description="length of the theme in bars; that of the melody where one is given"
    )
    form: Literal["auto", "sentence", "period"] = Field(
        default="auto", description="how it is built; auto lets the seed decide"
    )
    mode: Mode | None = Field(default=None, description="scale of the theme on the common tonic; absent: the piece's")
    character: Annotated[str, Field(max_length=100)] = Field(
        default="", description="one or two words such as 'noble' or 'lonely hopeful'; absent: none in particular"
    )
    motif: Text = Field(
        default="", description="its beginning as pitches and beats, such as 'C4:1 G4:2 R:1'; absent: composed"
    )
    midi: FileBeside = Field(default="", description="a MIDI file from whose highest line the motif is read")
    musicxml: FileBeside = Field(
        default="", description="a MusicXML file (.musicxml, .xml, .mxl) from whose first part the motif is read"
    )
    melody: Text = Field(
        default="", description="the whole theme as pitches and beats, taken as it is whatever the seed"
    )
    chords: Text = Field(default="", description="chords of the melody, one a bar, such as 'Cm Ab Fm G'; absent: found")
    head: Annotated[Whole, Field(ge=0, le=64)] = Field(
        default=0, description="how many notes of the melody are its head motif; 0: those of its first two bars"
    )
    lowest: PitchName = Field(default="G3", description="lowest pitch of the theme")
    highest: PitchName = Field(
        default="E5", description="highest pitch of the theme, at least a twelfth (19 semitones) above the lowest"
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        given = [word for word in _THEME_SOURCES if getattr(self, word)]
        if len(given) > 1:
            raise broken(f"has both {given[0]} and {given[1]}", f"Give only one of {', '.join(_THEME_SOURCES)}.")
        for word in ("chords", "head"):
            if getattr(self, word) and not self.melody:
                raise broken(f"has {word} but no melody", "They belong to a melody that is given whole.")
        if pitch_midi(self.highest) - pitch_midi(self.lowest) < _TWELFTH_SEMITONES:
            raise broken("needs at least a twelfth, 19 semitones, from lowest to highest", "Such as from C4 to G5.")
        return self


class Layer(Settings):
    """One way of playing on one timbre, with its place in the mix."""

    called: ClassVar[str] = "a layer"

    part: Annotated[dict[str, Any], PluginTable("parts")] = Field(description="way of playing: its name and settings")
    instrument: Annotated[dict[str, Any], PluginTable("instruments")] = Field(
        description="timbre: its name and settings"
    )
    gain_db: LevelDb = Field(default=0.0, description="level in the mix in dB")
    pan: Annotated[Number, Field(ge=-1, le=1)] = Field(default=0.0, description="-1 left, 0 center, 1 right")
    width: Annotated[Number, Field(ge=0, le=2)] = Field(default=1.0, description="0 mono, 1 as played, 2 twice as wide")
    low_cut_hz: Annotated[Number, Field(ge=0, le=2000)] = Field(
        default=20.0, description="Hz below which the layer is cut; 0 is off"
    )
    sends_db: dict[AnyName, LevelDb] = Field(default={}, description="level in dB at which it enters each effect")
    distance: Annotated[Number, Field(ge=0, le=1)] | None = Field(
        default=None, description="0 near … 1 far on the stage: later or sooner walls, less top; absent: off the stage"
    )
    duck_db: Annotated[Number, Field(ge=0, le=12)] = Field(
        default=0.0, description="dB by which it gives way, at most, while the layers of the stem theme are heard"
    )
    stem: Stem = Field(description="group into which it is mixed when stems are written")


class StanzaTable(Settings):
    """One phrase of a stay in a state, as far as it differs from what the state says."""

    called: ClassVar[str] = "a stanza"

    rests: tuple[AnyName, ...] = Field(default=(), description="layers of the state that are silent in it")
    tension: Lift = Field(default=0.0, description="added to the state's, less where that is near 0 or 1")
    brightness: Lift = Field(default=0.0, description="added to the state's, less where that is near 0 or 1")


class State(Settings):
    """One state of the piece: what plays, how it feels, how it is left."""

    called: ClassVar[str] = "a state"

    tension: Share = Field(default=0.3, description="0 calm … 1 unbearable")
    brightness: Share = Field(default=0.5, description="0 dark … 1 glaring")
    density: Share = Field(default=0.5, description="0 sparse … 1 full")
    space: Share = Field(default=0.5, description="0 near … 1 lost in the void")
    level: Share = Field(default=1.0, description="what is left of a supply such as oxygen: 1 plenty … 0 none")
    layers: Annotated[tuple[AnyName, ...], Field(min_length=1)] = Field(description="names of the layers that play")
    gains_db: dict[AnyName, LevelDb] = Field(default={}, description="offset in dB to the level of each layer named")
    tempo_ratio: Annotated[Number, Field(ge=0.25, le=4)] = Field(
        default=1.0, description="tempo over that of the piece; 2 is double time on the same grid"
    )
    mode: Mode | None = Field(default=None, description="scale on the common tonic; absent: that of the theme")
    harmony: Harmony = Field(default="pedal", description="name of a harmonic plan")
    theme: Transforms = Field(
        default=(), description="what becomes of the theme, one transform a phrase; absent: it rests"
    )
    stanzas: tuple[StanzaTable, ...] = Field(
        default=(), description="what the phrases of a stay are like, in turn; absent: all as the state says"
    )
    phrase_bars: Annotated[Whole, Field(ge=1, le=32)] = Field(default=8, description="length of a phrase in bars")
    meter: Meter = Field(default="", description="time signature; absent: that of the piece")
    swell: Annotated[Number, Field(ge=0, le=0.5)] = Field(
        default=0.1, description="how far tension and brightness wander by themselves"
    )
    leave: When = Field(default="bar", description="earliest moment at which the state may be left")
    min_dwell_s: Annotated[Number, Field(ge=0, le=3600)] = Field(default=8.0, description="shortest stay in seconds")
    cue: AnyName = Field(
        default="", description="motif of the cast that is heard whenever the state begins; absent: none"
    )

    def scene(self, name: str) -> SceneState:
        """Return the state in the words of the conductor."""
        own = self.model_dump(exclude={*Controls.__dataclass_fields__, "gains_db", "mode", "stanzas"})
        stanzas = tuple(Stanza(**stanza.model_dump()) for stanza in self.stanzas)
        controls = Controls(**{word: getattr(self, word) for word in Controls.__dataclass_fields__})
        gains_db, mode = tuple(self.gains_db.items()), self.mode or ""
        return SceneState(name=name, controls=controls, gains_db=gains_db, mode=mode, stanzas=stanzas, **own)


class CastMember(Settings):
    """A motif with a name, for a person, a place or a thing: heard whenever it is called."""

    called: ClassVar[str] = "a member of the cast"

    made_of: Text = Field(
        default="", alias="from", description="transform of the theme that it is, such as 'invert + fragment 5'"
    )
    motif: Text = Field(
        default="", description="pitches and beats of its own, in the key of the piece, such as 'C4:1 G4:2 R:1'"
    )
    layers: tuple[AnyName, ...] = Field(
        default=(), description="who plays it, in any state; absent: whoever sings the theme in the state"
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if bool(self.made_of) == bool(self.motif):
            raise broken("needs either from or motif", "A transform of the theme, or pitches and beats of its own.")
        return self


class TransitionTable(Settings):
    """How one state leads into another; `*` stands for any state."""

    called: ClassVar[str] = "a transition"

    leaving: AnyName = Field(alias="from", description="state that is left, or *")
    arriving: AnyName = Field(alias="to", description="state that begins, or *")
    bars: Annotated[Whole, Field(ge=0, le=4)] = Field(default=1, description="bars of bridge")
    riser: Switch = Field(default=False, description="a sound that grows through the bridge")
    impact: Switch = Field(default=False, description="a hit on the first beat of the new state")
    silence_beats: Annotated[Number, Field(ge=0, le=4)] = Field(
        default=0.0, description="beats for which the pulse holds its breath before the new state"
    )
    stinger: Switch = Field(default=False, description="a short hit acknowledges the wish at the next beat")


class Change(Settings):
    """One entry of the script: what changes, and when."""

    called: ClassVar[str] = "the script"

    at_s: Seconds = Field(description="second from the start at which the new state begins; the first is 0")
    state: AnyName = Field(default="", description="state that begins; absent: the state stays")
    fade_s: Annotated[Number, Field(ge=0, le=600)] = Field(
        default=4.0, description="seconds in which controls and gains move"
    )
    when: When = Field(default="bar", description="musical moment to which the change is moved")
    tension: Share | None = Field(default=None, description="instead of the state's own tension")
    level: Share | None = Field(default=None, description="instead of the state's own level")
    cue: AnyName = Field(default="", description="motif of the cast that is heard; absent: none")
    stinger: Switch = Field(default=False, description="a short hit at the next beat, whatever plays")
    countdown_s: Annotated[Number, Field(gt=0, le=ONE_DAY_S)] | None = Field(
        default=None, description="seconds from here until a deadline runs out; absent: none begins"
    )

    def scene(self) -> SceneChange:
        """Return the change in the words of the conductor: known in advance, its deadline on the clock."""
        own = self.model_dump(exclude={"state", "countdown_s"})
        zero_s = None if self.countdown_s is None else self.at_s + self.countdown_s
        return SceneChange(state=self.state or None, ahead=True, zero_s=zero_s, **own)


class Orchestra(Settings):
    """Who plays the layers of an orchestra: the built-in instruments, or the samples of a soundfont."""

    called: ClassVar[str] = "the orchestra"

    name: Literal["builtin", "soundfont"] = Field(default="builtin", description="what its instruments are made of")
    file: Annotated[str, Field(max_length=4096)] = Field(
        default="", description="soundfont, by path or by name such as 'FluidR3'; absent: the best that is installed"
    )


class Master(Settings):
    """Where the piece is going: the loudness and ceiling it is delivered with."""

    called: ClassVar[str] = "the master"

    name: MasterName = Field(default="stream", description="delivery: its loudness and its ceiling")
    gain_db: Annotated[Number, Field(ge=-60, le=36)] = Field(
        default=0.0, description="gain in dB of a live session, which cannot know the loudness to come"
    )
    glue: Annotated[Number, Field(ge=0, le=1)] = Field(
        default=0.0, description="0 none … 1 firm: compression and saturation that hold the mix together"
    )
