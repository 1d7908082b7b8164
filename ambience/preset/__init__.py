"""A preset: everything that makes one piece, read from TOML, checked as a whole and frozen."""

from ambience.preset.model import Preset as Preset
