"""The words that a preset chooses from: scales, harmonic plans, stem groups, deliveries."""

from typing import Literal

Mode = Literal[
    "ionian",
    "dorian",
    "phrygian",
    "lydian",
    "mixolydian",
    "aeolian",
    "locrian",
    "harmonic_minor",
    "phrygian_dominant",
    "lydian_minor",
    "octatonic",
]
Harmony = Literal["pedal", "modal", "wonder", "space", "loss", "dark", "battle", "suspense", "theme", "dawn"]
Stem = Literal["drones", "theme", "orchestra", "percussion", "body", "fx"]
MasterName = Literal["stream", "film-bed", "r128", "game", "raw"]
