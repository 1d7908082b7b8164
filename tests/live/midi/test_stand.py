"""The stand of MIDI out: what a DAW gets while a piece is played is what its exported score says."""

from collections import Counter

import numpy as np
import pytest
from sent import Sent, assert_no_note_hangs_or_doubles
from small_piece import CAST, SMALL, STINGING, small

from ambience.engine import Engine
from ambience.io.midi_terms import EXPRESSION, TIMBRE, to_tick
from ambience.io.performance import perform
from ambience.live.midi.messages import ALL_NOTES_OFF, CLOCK, CONTINUE, CONTROL, NOTE_OFF, NOTE_ON, START, STOP
from ambience.live.midi.stand import CLOCKS_PER_BEAT, Stand
from ambience.music.sheet import Score
from ambience.preset import Preset

RATE_HZ = 22_050  # where sound does not matter, the cheapest


def played(piece: Preset, seconds: float, seed: int, joined_frame: int = 0) -> tuple[Sent, Score]:
    """Play a piece in blocks of any size, change its scene at any moment, and keep what is sent."""
    rng, engine = np.random.default_rng(seed), Engine(piece, sample_rate_hz=RATE_HZ, threads=1, endless=True)
    stand, sent = Stand(piece, RATE_HZ, joined_frame), []
    engine.render(joined_frame)
    engine.admit(stand)
    sent += [(joined_frame, *one) for one in stand.opening()]
    engine.set_state("battle", when="bar")
    while engine.frame < seconds * RATE_HZ:
        engine.render(int(rng.integers(1, 12)) * 256)
        sent += [(engine.frame, *one) for one in stand.due(engine.frame)]
        if rng.random() < 0.05:
            engine.set_state(str(rng.choice(list(piece.states))), when=str(rng.choice(["now", "beat", "bar"])))  # type: ignore[arg-type]
        if rng.random() < 0.02:
            engine.stinger()
    sent += [(engine.frame, *one) for one in stand.silence()]
    engine.close()
    return sent, engine.score()


def strikes(sent: Sent) -> "Counter[tuple[int, int, int, int]]":
    """Count port, channel, pitch and velocity of all notes."""
    notes = [(port, m) for _, port, m in sent if m[0] & 0xF0 == NOTE_ON]
    return Counter((port, m[0] & 0x0F, m[1], m[2]) for port, m in notes)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_notes_are_those_of_the_exported_score_however_the_scene_changes(seed: int) -> None:
    sent, score = played(small(duration_s=600.0, text=SMALL + CAST + STINGING), 15.0, seed)
    assert_no_note_hangs_or_doubles(sent)
    last_tick = to_tick(score.beat_at(sent[-1][0] / RATE_HZ))
    expected = Counter(
        (one.port, one.channel, key.pitch_midi, key.velocity)
        for one in perform(score)
        for key in one.keys
        if key.start < last_tick
    )
    assert sum(expected.values()) > 30
    assert strikes(sent) == expected


def test_the_clock_ticks_24_times_a_quarter_through_every_tempo() -> None:
    sent, score = played(small(duration_s=600.0), 12.0, 4)
    assert len(score.tempos) > 1
    kinds = [m[0] for _, port, m in sent if port < 0]
    assert kinds[0] == START
    assert kinds[-1] == STOP
    assert set(kinds[1:-1]) == {CLOCK}
    frames = [frame for frame, port, m in sent if m[0] == CLOCK]
    for number, frame in enumerate(frames):
        late_s = frame / RATE_HZ - score.second_at(number / CLOCKS_PER_BEAT)
        assert 0.0 <= late_s < 12 * 256 / RATE_HZ + 1e-6
    assert abs(score.beat_at(frames[-1] / RATE_HZ) * CLOCKS_PER_BEAT - len(frames)) < 3


def test_who_joins_later_goes_on_at_the_song_position_of_the_next_sixteenth() -> None:
    sent, score = played(small(duration_s=600.0), 5.0, 5, joined_frame=RATE_HZ * 5 // 2)
    first, second, third = [m for _, port, m in sent if port < 0][:3]
    begins_frame = next(frame for frame, _, m in sent if m[0] == CLOCK)
    assert first[0] == 0xF2
    assert (second[0], third[0]) == (CONTINUE, CLOCK)
    sixteenths = first[1] | first[2] << 7
    assert abs(score.second_at(sixteenths / 4.0) - begins_frame / RATE_HZ) < 0.51
    assert_no_note_hangs_or_doubles(sent)


def test_controllers_follow_the_curves_of_the_exported_score() -> None:
    piece = small(duration_s=600.0, state="opening", text=SMALL.replace("tension = 0.3", "tension = 0.3\nswell = 0.4"))
    sent, score = played(piece, 10.0, 6)
    for track in perform(score):
        for controller in (TIMBRE, EXPRESSION):
            curve = [(c.tick, c.value) for c in track.changes if c.controller == controller]
            wire = [
                m[2]
                for m in (m for _, p, m in sent if p == track.port)
                if m[0] == CONTROL | track.channel and m[1] == controller
            ]
            assert wire
            if len(curve) > 12:
                assert abs(np.mean(wire) - np.mean([value for _, value in curve])) < 8


def test_a_stall_ends_every_note_and_strikes_it_again_afterward() -> None:
    engine = Engine(small(duration_s=600.0), sample_rate_hz=RATE_HZ, threads=1, endless=True)
    stand = Stand(engine.preset, RATE_HZ)
    engine.admit(stand)
    engine.render(RATE_HZ * 3)
    before = [(0, *one) for one in stand.due(engine.frame)]
    sounding = strikes(before) - Counter((p, m[0] & 0x0F, m[1], 0) for _, p, m in before if m[0] & 0xF0 == NOTE_OFF)
    silence, resumed = [(0, *one) for one in stand.silence()], [(0, *one) for one in stand.resume()]
    assert sounding
    assert_no_note_hangs_or_doubles(before + silence)
    assert strikes(resumed)
    assert any(m[1:] == bytes((ALL_NOTES_OFF, 0)) for _, _, m in silence if len(m) == 3)
    after = [(0, *one) for one in stand.silence()]
    assert_no_note_hangs_or_doubles(before + silence + resumed + after)
    engine.close()
