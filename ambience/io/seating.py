"""Who sits where on a conductor's page: name, clefs, transposition and place of every instrument."""

from dataclasses import dataclass, replace

from ambience.io.midi_terms import DRUM_CHANNEL, PITCHED_CHANNELS
from ambience.music.sheet import Track

WINDS, BRASS, PERCUSSION, KEYBOARDS, CHOIR, STRINGS, PEDAL = range(7)  # from the top of the page


@dataclass(frozen=True, slots=True)
class Seat:
    """How one instrument is written."""

    name: str
    short: str  # for every system but the first
    family: int  # place on the page, one of the seven above
    clefs: tuple[str, ...] = ("treble",)  # that its players read, the usual one first
    shift_semitones: int = 0  # written minus sounding
    shift_fifths: int = 0  # the same, along the line of fifths
    staves: int = 1
    rings: bool = False  # a tone ends by itself, so its written end is a matter of legibility
    program: int = 0  # General MIDI, 0..127
    channel: int = 0  # MIDI, 0..15
    drum_key: int | None = None  # General MIDI drum key of what has no pitch

    @property
    def unpitched(self) -> bool:
        """Whether it is written as strokes, without pitch."""
        return self.drum_key is not None

    @property
    def reach(self) -> int:
        """Sixteenths of silence over which a note is written on: pedaled most, struck never."""
        if self.rings:
            return 8 if self.family == KEYBOARDS else 0
        return 1


_HIGH_LOW = ("treble", "bass")
_LOW = ("bass", "tenor", "treble")

# By General MIDI program, in score order. Transpositions as in N. Rimsky-Korsakov, "Principles of Orchestration", 1913.
_PITCHED: dict[int, Seat] = {
    72: Seat("Piccolo", "Picc.", WINDS, shift_semitones=-12),
    73: Seat("Flute", "Fl.", WINDS),
    68: Seat("Oboe", "Ob.", WINDS),
    69: Seat("English Horn in F", "E. Hn.", WINDS, shift_semitones=7, shift_fifths=1),
    71: Seat("Clarinet in B♭", "Cl.", WINDS, shift_semitones=2, shift_fifths=2),
    70: Seat("Bassoon", "Bsn.", WINDS, ("bass", "tenor")),
    60: Seat("Horns in F", "Hn.", BRASS, _HIGH_LOW, shift_semitones=7, shift_fifths=1),
    56: Seat("Trumpets in B♭", "Tpt.", BRASS, shift_semitones=2, shift_fifths=2),
    57: Seat("Trombones", "Tbn.", BRASS, ("bass", "tenor")),
    61: Seat("Brass", "Br.", BRASS, ("bass", "treble")),
    58: Seat("Tuba", "Tba.", BRASS, ("bass",)),
    47: Seat("Timpani", "Timp.", PERCUSSION, ("bass",), rings=True),
    116: Seat("Taiko", "Tko.", PERCUSSION, rings=True, drum_key=41),
    117: Seat("Tom-toms", "Toms", PERCUSSION, rings=True, drum_key=45),
    14: Seat("Tubular Bells", "Tub. B.", PERCUSSION, _HIGH_LOW, rings=True),
    9: Seat("Glockenspiel", "Glock.", PERCUSSION, shift_semitones=-24, rings=True),
    8: Seat("Celesta", "Cel.", KEYBOARDS, shift_semitones=-12, rings=True),
    92: Seat("Glass Harmonica", "Gl. Harm.", KEYBOARDS),
    46: Seat("Harp", "Hp.", KEYBOARDS, staves=2, rings=True),
    0: Seat("Piano", "Pno.", KEYBOARDS, staves=2, rings=True),
    38: Seat("Synthesizer Bass", "Synth.", KEYBOARDS, ("bass", "treble")),
    52: Seat("Choir", "Ch.", CHOIR, staves=2),
    40: Seat("Violins", "Vln.", STRINGS),
    41: Seat("Violas", "Vla.", STRINGS, ("alto", "treble")),
    42: Seat("Violoncellos", "Vc.", STRINGS, _LOW),
    43: Seat("Double Basses", "Db.", STRINGS, _LOW, shift_semitones=12),
    48: Seat("Strings", "Str.", STRINGS, staves=2),
}

# By General MIDI drum key.
_DRUMS: dict[int, tuple[str, str]] = {
    35: ("Bass Drum", "B. D."),
    36: ("Gran Cassa", "G. C."),
    51: ("Brake Drum", "Br. D."),
    52: ("Tam-tam", "T.-t."),
    53: ("Anvil", "Anv."),
    57: ("Scraped Metal", "Scr."),
    75: ("Claves", "Clv."),
    76: ("Wood Block", "W. B."),
}

_ORDER = {seat.name: place for place, seat in enumerate(_PITCHED.values())}
_NOT_PLAYED_BY_HAND = ("drones", "body", "fx")  # stems that an orchestra does not play


def orchestra(tracks: tuple[Track, ...]) -> list[tuple[Seat, Track]]:
    """Seat the layers that an orchestra plays, in score order; all that sound if it plays none.

    Layers that share an instrument are numbered.
    """
    sounding = [track for track in tracks if track.notes] or list(tracks[:1])  # a page needs a staff
    played = [track for track in sounding if track.stem not in _NOT_PLAYED_BY_HAND] or sounding
    seated = [(_seat(track), track) for track in played]
    seated.sort(key=lambda pair: (pair[0].family, pair[0].unpitched, _ORDER.get(pair[0].name, len(_ORDER))))
    names = [seat.name for seat, _ in seated]
    numbered: list[tuple[Seat, Track]] = []
    for place, (seat, track) in enumerate(seated):
        if names.count(seat.name) > 1:
            number = names[: place + 1].count(seat.name)
            seat = replace(seat, name=f"{seat.name} {number}", short=f"{seat.short} {number}")
        channel = DRUM_CHANNEL if seat.unpitched else PITCHED_CHANNELS[place % len(PITCHED_CHANNELS)]
        numbered.append((replace(seat, channel=channel), track))
    return numbered


def _seat(track: Track) -> Seat:
    profile = track.profile
    title = track.name.replace("_", " ").title()
    if profile.drum_key is not None:
        name, short = _DRUMS.get(profile.drum_key, (title, title[:4]))
        return Seat(name, short, PERCUSSION, rings=True, drum_key=profile.drum_key)
    known = _PITCHED.get(profile.program)
    seat = known or Seat(title, title[:5], PEDAL, ("treble", "bass"))
    return replace(seat, program=profile.program)
