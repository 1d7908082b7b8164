"""What a scene is: four words that everything understands, the states they form, the changes between states."""

from dataclasses import dataclass, field
from typing import Literal

When = Literal["now", "beat", "bar", "phrase"]
"""The musical moment at which a change acts: the next eighth, beat, bar line or phrase."""


Role = Literal["ground", "statement", "fragments", "development", "climax", "reprise", "dissolution"]
"""What a passage is there for: what becomes of the theme in it."""


@dataclass(frozen=True, slots=True)
class Controls:
    """The words that every part and every instrument understands, each 0..1."""

    tension: float = 0.3  # calm … unbearable: level, register, roughness, harmony, activity
    brightness: float = 0.5  # dark … glaring: how far spectra open
    density: float = 0.5  # sparse … full: events per bar, voices per chord
    space: float = 0.5  # near … lost in the void: reverberation, open spacing
    level: float = 1.0  # what is left of a supply such as oxygen: 1 plenty … 0 none


@dataclass(frozen=True, slots=True)
class Stanza:
    """One phrase of a stay, as far as it differs from what its state says."""

    rests: tuple[str, ...] = ()  # layers of the state that are silent in it
    tension: float = 0.0  # added to the state's, -0.5..0.5, less where that is near 0 or 1
    brightness: float = 0.0  # the same


_AS_THE_STATE = Stanza()


@dataclass(frozen=True, slots=True)
class SceneState:
    """One state of the piece, as the preset's table of that name describes it."""

    name: str
    controls: Controls
    layers: tuple[str, ...]  # the layers that play in it
    gains_db: tuple[tuple[str, float], ...] = ()  # offsets to the layers' own gains
    tempo_ratio: float = 1.0  # to the tempo of the piece; 2 keeps one grid
    mode: str = ""  # scale on the common tonic; empty: the mode of the theme
    harmony: str = "pedal"  # name of a harmonic plan
    theme: tuple[str, ...] = ()  # transforms of the theme, one a phrase, in turn
    phrase_bars: int = 8  # bars of one phrase
    meter: str = ""  # such as "7/8"; empty: the meter of the piece
    swell: float = 0.1  # 0..0.5: how far tension and brightness wander by themselves
    leave: When = "bar"  # earliest moment at which the state may be left
    min_dwell_s: float = 8.0  # shortest stay
    cue: str = ""  # motif of the cast that is heard whenever the state begins
    stanzas: tuple[Stanza, ...] = ()  # what the phrases of a stay are like, in turn; empty: all as the state says

    def stanza(self, turn: int) -> Stanza:
        """Tell what a phrase is like, by how many phrases the stay has had before it."""
        return self.stanzas[turn % len(self.stanzas)] if self.stanzas else _AS_THE_STATE

    def plays(self, layer: str, stanza: Stanza) -> bool:
        """Tell whether a layer plays in a phrase that is like that."""
        return layer in self.layers and layer not in stanza.rests


@dataclass(frozen=True, slots=True)
class Passage:
    """What the form wants of one stay in a state, beyond what the state says."""

    role: Role = "ground"
    key_semitones: int = 0  # from the tonic of the piece to that of the passage, -6..6; the drone stays
    theme: tuple[str, ...] = ()  # transforms, one a phrase, in turn; empty: the state's own
    density: float = 0.0  # added to the state's density, -0.3..0.3
    register_semitones: int = 0  # by which the theme is moved, -12..12


@dataclass(frozen=True, slots=True)
class SceneChange:
    """A wish from outside: the script's, the form's, the API's or a session log's."""

    at_s: float  # when it was wished; for `ahead`, when the state should begin
    state: str | None = None  # None leaves the state and changes values only
    fade_s: float = 4.0  # time in which controls and gains move
    when: When = "bar"
    tension: float | None = None  # 0..1, instead of the state's own
    level: float | None = None  # 0..1, instead of the state's own
    ahead: bool = False  # known in advance, so its bridge ends where the state begins
    passage: Passage | None = None  # what the form wants of the stay; None: the state alone decides
    cue: str = ""  # motif of the cast that is to be heard at the next musical moment
    stinger: bool = False  # a short hit at the next beat, whatever plays
    zero_s: float | None = None  # second at which a deadline runs out; below `at_s`: it is called off
    hold: bool | None = None  # True: changes of the form's own wait until somebody says False


@dataclass(frozen=True, slots=True)
class Transition:
    """How one state leads into another; `*` stands for any state."""

    leaving: str
    arriving: str
    bars: int = 1  # 0..4 bars of bridge
    riser: bool = False  # a sound that grows through the bridge
    impact: bool = False  # a hit on the first beat of the new state
    silence_beats: float = 0.0  # the pulse holds its breath before the new state
    stinger: bool = False  # a short hit acknowledges the wish at the next beat


def choose_transition(rules: tuple[Transition, ...], leaving: str, arriving: str) -> Transition:
    """Pick the rule for a pair of states: exact before half wild before wild, then the first written."""

    def specificity(rule: Transition) -> int:
        return 2 * (rule.arriving == arriving) + (rule.leaving == leaving)

    matching = [r for r in rules if r.leaving in ("*", leaving) and r.arriving in ("*", arriving)]
    return max(matching, key=specificity, default=Transition(leaving, arriving))


@dataclass(frozen=True, slots=True)
class Scenes:
    """Everything that may happen: states, rules between them, and what is known in advance."""

    states: tuple[SceneState, ...]
    transitions: tuple[Transition, ...] = ()
    script: tuple[SceneChange, ...] = ()  # by rising `at_s`; the first at 0
    tension_curve: tuple[tuple[float, float], ...] = field(
        default=()
    )  # (second, tension), rising; empty: states decide
    form: tuple[str, ...] = ()  # states in the order in which they should come; used where there is no script

    def state(self, name: str) -> SceneState:
        """Return the state of that name (KeyError if there is none)."""
        return {state.name: state for state in self.states}[name]
