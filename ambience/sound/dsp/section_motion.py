"""How a section moves slowly: where loudness, color, pitch and place of every reader stand at a quantum boundary."""

import math

import numpy as np

from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.dsp._jit import inline_kernel
from ambience.sound.dsp.noise import white
from ambience.sound.dsp.oscillator import sine
from ambience.sound.dsp.wander import smooth, wander
from ambience.units import FloatArray

# Columns of a voice.
START, KEY_UP, LAST, RATIO, TABLE_HZ, GAIN, VELOCITY, ZONE, BOWING, SEED, VOICE_FIELDS = range(11)
# Columns of a reader: where it is, its four walks and how they move, then what is ramped through a quantum. The weights
# of the timbres stand last, and behind them that of the noise.
POSITION, PITCH, LOUDNESS, COLOR, PLACE, PITCH_MOVE, LOUDNESS_MOVE, COLOR_MOVE, PLACE_MOVE = range(9)
STEP, LEFT, RIGHT, WEIGHTS = range(9, 13)
# Columns of a seat, a bowing and a tone: the fields of the dataclasses in `section.py`, in order.
DETUNE_CENTS, BEAT_HZ, INTERVAL, VIBRATO_HZ, PAN, ONSET_S, LEVEL_GAIN = range(7)
ATTACK_S, RELEASE_S, ACCENT, ACCENT_S, NOISE, NOISE_S, GLINT, DECAY_S, LONGEST_S, SWELL, TREMOLO, VIBRATO = range(12)
(
    OPENNESS, BY_VELOCITY, BY_BRIGHTNESS, BY_TENSION, BY_RISE, WANDER_BRIGHTNESS, WANDER_DB, WANDER_CENTS, WANDER_HZ,
    VIBRATO_CENTS, VIBRATO_DELAY_S, SCOOP_CENTS, SCOOP_S, BREATH, DRIVE, ROUGHNESS, ROUGH_ABOVE, TREMOLO_HZ, BEATING,
    EQUAL_POWER, LEVEL_DB, SAMPLE_RATE_HZ,
) = range(22)  # fmt: skip
_NEPER_PER_CENT = math.log(2.0) / 1200.0
_NEPER_PER_DB = math.log(10.0) / 20.0
_WALK_QUANTA = 4  # the walks are so slow that they may go straight for that long
_FAINTEST_NOISE = 1e-4
_FRAMES = QUANTUM_FRAMES


@inline_kernel
def walk(v: int, voices: FloatArray, readers: FloatArray, tone: FloatArray, quantum: int, fresh: bool) -> None:
    """Lead the walks of pitch, loudness, color and place of all readers of voice `v` to the end of a quantum."""
    left = _WALK_QUANTA - quantum % _WALK_QUANTA
    rate = tone[WANDER_HZ] / tone[SAMPLE_RATE_HZ]
    now = max(quantum * _FRAMES - voices[v, START], 0.0) * rate
    soon = max((quantum + left) * _FRAMES - voices[v, START], 0.0) * rate
    for r in range(readers.shape[1]):
        if fresh or left == _WALK_QUANTA:
            tempo = 1.0
            for column in range(PITCH, PITCH_MOVE):
                seed = np.uint64(int(voices[v, SEED]) + 16 * r + column)
                if fresh:
                    readers[v, r, column] = wander(seed, now * tempo)
                move = wander(seed, soon * tempo) - readers[v, r, column]
                readers[v, r, column + PITCH_MOVE - PITCH] = move / left
                tempo *= 0.618  # the golden section: the walks never fall into step
        for column in range(PITCH, PITCH_MOVE):
            readers[v, r, column] += readers[v, r, column + PITCH_MOVE - PITCH]


@inline_kernel
def steer(
    v: int, voices: FloatArray, readers: FloatArray, aims: FloatArray, row: int, seats: FloatArray, bowings: FloatArray,
    tone: FloatArray, tension: float, brightness: float, frame: int,
) -> None:  # fmt: skip
    """Write step, gains and weights of all readers of voice `v` at the boundary at `frame` to a row of `aims`."""
    # One function for all readers and no rows taken out: numba counts references at every call and for every row, and
    # with short loops that would cost as much as the sound.
    n_timbres = aims.shape[2] - WEIGHTS - 1
    b = int(voices[v, BOWING])
    time_s = max(frame - voices[v, START], 0.0) / tone[SAMPLE_RATE_HZ]
    rise = smooth(time_s / bowings[b, ATTACK_S])
    contour = 1.0
    if bowings[b, SWELL] > 0.0:
        length_s = (voices[v, KEY_UP] - voices[v, START]) / tone[SAMPLE_RATE_HZ]
        rise = 0.1 + 0.9 * smooth(time_s / (0.8 * length_s + 1e-3))
        contour = rise
    accent = math.exp(-time_s / bowings[b, ACCENT_S])
    if bowings[b, DECAY_S] > 0.0:
        contour *= math.exp(-time_s / bowings[b, DECAY_S])
    contour *= voices[v, GAIN] * (1.0 + bowings[b, ACCENT] * accent)
    color = tone[OPENNESS] + tone[BY_VELOCITY] * voices[v, VELOCITY] + tone[BY_BRIGHTNESS] * (brightness - 0.5)
    color += tone[BY_TENSION] * tension + tone[BY_RISE] * (rise - 1.0) + bowings[b, GLINT] * accent
    noise = bowings[b, NOISE] * math.exp(-time_s / bowings[b, NOISE_S])
    apart = 1.0 + tone[BEATING] * tension
    scoop = tone[SCOOP_CENTS] * math.exp(-time_s / tone[SCOOP_S])
    vibrato = tone[VIBRATO_CENTS] * bowings[b, VIBRATO] * smooth(time_s / tone[VIBRATO_DELAY_S] - 0.4)
    for r in range(seats.shape[0]):
        seed = np.uint64(int(voices[v, SEED]) + 16 * r + 8)
        cents = seats[r, DETUNE_CENTS] * apart + tone[WANDER_CENTS] * readers[v, r, PITCH] + scoop
        if vibrato > 0.0:
            turn = seats[r, VIBRATO_HZ] * time_s + 0.5 * wander(seed, time_s * 0.8) + 0.37 * r
            cents += vibrato * float(sine(np.float32(turn - math.floor(turn))))
        bend = cents * _NEPER_PER_CENT
        step = voices[v, RATIO] * seats[r, INTERVAL] * (1.0 + bend * (1.0 + 0.5 * bend))
        aims[row, r, STEP] = step + seats[r, BEAT_HZ] * apart / voices[v, TABLE_HZ]
        level = tone[WANDER_DB] * readers[v, r, LOUDNESS] * _NEPER_PER_DB
        gain = contour * seats[r, LEVEL_GAIN] * (1.0 + level * (1.0 + 0.5 * level))
        openness = color + tone[WANDER_BRIGHTNESS] * readers[v, r, COLOR]
        hiss = noise
        if bowings[b, TREMOLO] > 0.0:
            stroke = tone[TREMOLO_HZ] * (1.0 + 0.013 * r) * time_s + 0.29 * r + 1.0
            stroke += 0.4 * wander(seed + np.uint64(1), 3.1 * time_s)
            number = math.floor(stroke)
            part = stroke - number
            bite = smooth(part * 4.0) * smooth((1.0 - part) * 2.2)
            strength = float(white(seed + np.uint64(2), int(number)))
            gain *= 0.3 + (1.0 + 0.2 * strength) * bite
            hiss += 0.25 * bite * (1.0 - part)
            openness += 0.12 * strength
        angle = 0.125 * (1.0 + seats[r, PAN] + 0.1 * readers[v, r, PLACE])
        aims[row, r, LEFT] = gain * float(sine(np.float32(angle + 0.25)))
        aims[row, r, RIGHT] = gain * float(sine(np.float32(angle)))
        place = min(max(openness, 0.0), 1.0) * (n_timbres - 1)
        for layer in range(n_timbres):
            aims[row, r, WEIGHTS + layer] = max(1.0 - abs(place - layer), 0.0)
        aims[row, r, WEIGHTS + n_timbres] = hiss if hiss > _FAINTEST_NOISE else 0.0


@inline_kernel
def leave(v: int, readers: FloatArray, aims: FloatArray, row: int) -> None:
    """Note in a row of `aims` where the readers of voice `v` stand."""
    for r in range(readers.shape[1]):
        for column in range(STEP, aims.shape[2]):
            aims[row, r, column] = readers[v, r, column]


@inline_kernel
def arrive(v: int, readers: FloatArray, aims: FloatArray, row: int) -> None:
    """Make the readers of voice `v` stand where they were steered to."""
    for r in range(readers.shape[1]):
        for column in range(STEP, aims.shape[2]):
            readers[v, r, column] = aims[row, r, column]
