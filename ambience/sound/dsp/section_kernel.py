"""The one loop that plays every sustained instrument: readers of long tables, voice by voice, quantum by quantum.

Everything slow is known at quantum boundaries (`section_motion`) and ramped between them; only the edges of a note are
computed frame by frame.
"""

import numpy as np

from ambience.sound.block import BRIGHTNESS, QUANTUM_FRAMES, TENSION
from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.channels import add_channel, add_channels
from ambience.sound.dsp.lanes import LINE_FRAMES, NEAR, prefetch, read_between
from ambience.sound.dsp.section_motion import (
    ATTACK_S,
    BOWING,
    DRIVE,
    EQUAL_POWER,
    KEY_UP,
    LAST,
    LEFT,
    ONSET_S,
    POSITION,
    RELEASE_S,
    RIGHT,
    SAMPLE_RATE_HZ,
    START,
    STEP,
    WEIGHTS,
    ZONE,
    arrive,
    leave,
    steer,
    walk,
)
from ambience.sound.dsp.section_strain import settle, strain
from ambience.units import AnyArray, Audio, FloatArray, Mono

# Rows of the scratch buffer; the ramp holds 0, 1, 2 … (to convert a counter in every loop costs more than to load it).
RAMP, MIXED, FRACTIONS, HEARD, EDGES, LEFT_SUM, RIGHT_SUM, LEFT_ALL, RIGHT_ALL, SCRATCH_ROWS = range(10)
RUN_QUANTA = 8
"""How far one reader goes before the next; a row of the scratch buffer holds as much."""

_ZERO, _ONE, _TWO, _THREE = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(3.0)
_FRAMES = QUANTUM_FRAMES
_ABREAST = 16  # numbers that a processor takes at once: runs of whole ones are not followed by single steps


@inline_kernel
def _sound(
    v: int, tables: AnyArray, loop_frames: int, voices: FloatArray, readers: FloatArray, aims: FloatArray,
    seats: FloatArray, bowings: FloatArray, tone: FloatArray, ramp: Mono, mixed: Mono, fractions: Mono, heard: Mono,
    edges: Mono, left_sum: Mono, right_sum: Mono, picks: AnyArray, run_frame: int, begin: int, end: int,
) -> None:  # fmt: skip
    """Add the quanta `begin` to `end` of a run, of all readers of voice `v`, to the two sums, and move them on."""
    b = int(voices[v, BOWING])
    attack, release = bowings[b, ATTACK_S] * tone[SAMPLE_RATE_HZ], bowings[b, RELEASE_S] * tone[SAMPLE_RATE_HZ]
    for r in range(seats.shape[0]):
        first = voices[v, START] + seats[r, ONSET_S] * tone[SAMPLE_RATE_HZ]
        last = first + voices[v, KEY_UP] - voices[v, START] + release
        if r == 0 or seats[r, ONSET_S] != seats[r - 1, ONSET_S]:  # or else its edges are those of the reader before
            _shape_edges(first, last, attack, release, tone[EQUAL_POWER] > 0.0, ramp, edges, run_frame, begin, end)
        for q in range(begin, end):
            frame = run_frame + q * _FRAMES
            if frame + _FRAMES <= first or frame >= last:
                continue
            # The weighted tables, as far as this quantum reaches; memory brings those of the next meanwhile.
            position, old_step, new_step = readers[v, r, POSITION], aims[q, r, STEP], aims[q + 1, r, STEP]
            distance = 0.5 * (old_step + new_step) * _FRAMES
            base = int(position)
            within = position - base
            after = position + distance
            after = after - loop_frames if after >= loop_frames else after
            if q + 1 < end:
                _fetch(v, r, int(after), tables, voices, aims, q + 1)
            elif r + 1 < seats.shape[0]:
                _fetch(v, r + 1, int(readers[v, r + 1, POSITION]), tables, voices, aims, begin)
            here = np.uint64(base)
            count = (int(within + distance) + 3 + _ABREAST - 1) // _ABREAST * _ABREAST
            empty = True
            for layer in range(aims.shape[2] - WEIGHTS):
                old, new = aims[q, r, WEIGHTS + layer], aims[q + 1, r, WEIGHTS + layer]
                if old == 0.0 and new == 0.0:
                    continue
                row = _row(v, layer, tables, voices, aims)
                slope = np.float32((new - old) / distance)
                weight = np.float32(old - (new - old) / distance * within)
                if empty:
                    for i in range(count):
                        mixed[i] = tables[row, here + np.uint64(i)] * (weight + slope * ramp[i])
                else:
                    for i in range(count):
                        mixed[i] += tables[row, here + np.uint64(i)] * (weight + slope * ramp[i])
                empty = False
            # The mix, read at its pitch.
            start, step = np.float32(within), np.float32(old_step)
            bend = np.float32(0.5 * (new_step - old_step) / _FRAMES)
            for n in range(_FRAMES):
                x = start + ramp[n] * (step + bend * ramp[n])
                whole = np.int32(x)
                picks[n] = whole
                fractions[n] = x - np.float32(whole)
            near = max(abs(old_step - 1.0), abs(new_step - 1.0)) < NEAR
            read_between(mixed, picks, fractions, heard, _FRAMES, near)
            readers[v, r, POSITION] = after
            at = np.uint64(q * _FRAMES)
            if _is_edge(frame, first, last, attack, release):
                for n in range(_FRAMES):
                    heard[n] *= edges[at + np.uint64(n)]
            left_gain, right_gain = np.float32(aims[q, r, LEFT]), np.float32(aims[q, r, RIGHT])
            left_slope = np.float32((aims[q + 1, r, LEFT] - aims[q, r, LEFT]) / _FRAMES)
            right_slope = np.float32((aims[q + 1, r, RIGHT] - aims[q, r, RIGHT]) / _FRAMES)
            for n in range(_FRAMES):
                left_sum[at + np.uint64(n)] += heard[n] * (left_gain + left_slope * ramp[n])
                right_sum[at + np.uint64(n)] += heard[n] * (right_gain + right_slope * ramp[n])


@inline_kernel
def _row(v: int, layer: int, tables: AnyArray, voices: FloatArray, aims: FloatArray) -> int:
    """Tell which table voice `v` reads for a layer of its sound: a timbre of its zone, or the breath that all share."""
    n_timbres = aims.shape[2] - WEIGHTS - 1
    row: int = int(voices[v, ZONE]) * n_timbres + layer if layer < n_timbres else tables.shape[0] - 1
    return row


@inline_kernel
def _fetch(v: int, r: int, place: int, tables: AnyArray, voices: FloatArray, aims: FloatArray, q: int) -> None:
    """Have memory bring what a reader finds in quantum `q` of a run: its tables are too large to be near."""
    reach = int(aims[q, r, STEP] * _FRAMES) + LINE_FRAMES
    for layer in range(aims.shape[2] - WEIGHTS):
        if aims[q, r, WEIGHTS + layer] == 0.0:
            continue
        row = _row(v, layer, tables, voices, aims)
        for i in range(0, reach, LINE_FRAMES):
            prefetch(tables, row * tables.shape[1] + place + i)


@inline_kernel
def _is_edge(frame: int, first: float, last: float, attack: float, release: float) -> bool:
    """Tell whether a note's rise or fall touches the quantum at `frame`."""
    return frame < first + attack or frame + _FRAMES > last - release


@inline_kernel
def _shape_edges(
    first: float, last: float, attack: float, release: float, equal_power: bool, ramp: Mono, edges: Mono,
    run_frame: int, begin: int, end: int,
) -> None:  # fmt: skip
    """Write the rise and fall of one note, where they touch the quanta of a run."""
    up, down = np.float32(1.0 / attack), np.float32(1.0 / release)
    for q in range(begin, end):
        frame = run_frame + q * _FRAMES
        if not _is_edge(frame, first, last, attack, release):
            continue
        since, left = np.float32(frame - first), np.float32(last - frame)
        at = np.uint64(q * _FRAMES)
        for n in range(_FRAMES):
            x = min(max((since + ramp[n]) * up, _ZERO), _ONE)
            y = min(max((left - ramp[n]) * down, _ZERO), _ONE)
            edges[at + np.uint64(n)] = x * x * (_THREE - _TWO * x) * y * y * (_THREE - _TWO * y)
        if equal_power:
            for n in range(_FRAMES):
                edges[at + np.uint64(n)] = np.sqrt(edges[at + np.uint64(n)])


@kernel
def play_section(
    out: Audio, controls: FloatArray, tables: AnyArray, loop_frames: int, voices: FloatArray, readers: FloatArray,
    seats: FloatArray, bowings: FloatArray, tone: FloatArray, scratch: AnyArray, picks: AnyArray, aims: FloatArray,
    rest: FloatArray, first_frame: int,
) -> None:  # fmt: skip
    """Add one span of all voices, in the order in which they began, to `out`.

    A reader goes through a run of quanta before the next reader has its turn: its tables are too large for the nearest
    memory, and what is read in one piece arrives in time.
    """
    ramp, mixed, fractions, heard, edges = (
        scratch[RAMP],
        scratch[MIXED, _ABREAST:],  # with room before it, as `read_abreast` wants
        scratch[FRACTIONS],
        scratch[HEARD],
        scratch[EDGES],
    )
    left_sum, right_sum = scratch[LEFT_SUM], scratch[RIGHT_SUM]
    left_all, right_all, line = scratch[LEFT_ALL], scratch[RIGHT_ALL], out.reshape(-1)
    for done in range(0, controls.shape[0] - 1, RUN_QUANTA):
        quanta = min(controls.shape[0] - 1 - done, RUN_QUANTA)
        run_frame = first_frame + done * _FRAMES
        left_all[: quanta * _FRAMES] = _ZERO
        right_all[: quanta * _FRAMES] = _ZERO
        for v in range(voices.shape[0]):
            begin = max(int(voices[v, START] - run_frame) // _FRAMES, 0)
            end = min(-(-int(voices[v, LAST] - run_frame) // _FRAMES), quanta)
            if begin >= end:
                continue
            _move(v, controls, done, tables, voices, readers, aims, seats, bowings, tone, run_frame, begin, end)
            left_sum[begin * _FRAMES : end * _FRAMES] = _ZERO
            right_sum[begin * _FRAMES : end * _FRAMES] = _ZERO
            _sound(
                v, tables, loop_frames, voices, readers, aims, seats, bowings, tone, ramp, mixed, fractions, heard,
                edges, left_sum, right_sum, picks, run_frame, begin, end,
            )  # fmt: skip
            arrive(v, readers, aims, end)
            for q in range(begin, end):
                here, tense_0, tense_1 = q * _FRAMES, controls[done + q, TENSION], controls[done + q + 1, TENSION]
                strain(v, voices, tone, left_sum[here:], right_sum[here:], ramp, tense_0, tense_1, run_frame + here)
            first, last = begin * _FRAMES, end * _FRAMES
            add_channel(left_sum[first:last], left_all[first:last])
            add_channel(right_sum[first:last], right_all[first:last])
        for q in range(quanta if tone[DRIVE] > 0.0 else 0):
            settle(0, left_all[q * _FRAMES :], ramp, rest)
            settle(1, right_all[q * _FRAMES :], ramp, rest)
        add_channels(left_all, right_all, line[2 * done * _FRAMES : 2 * (done + quanta) * _FRAMES])


@inline_kernel
def _move(
    v: int, controls: FloatArray, done: int, tables: AnyArray, voices: FloatArray, readers: FloatArray,
    aims: FloatArray, seats: FloatArray, bowings: FloatArray, tone: FloatArray, run_frame: int, begin: int, end: int,
) -> None:  # fmt: skip
    """Lay down in `aims` where the readers of voice `v` stand at the boundaries `begin` to `end` of a run."""
    frame = run_frame + begin * _FRAMES
    if readers[v, 0, STEP] == 0.0:  # it begins: find where the ramps of its first quantum start
        tension, brightness = controls[done + begin, TENSION], controls[done + begin, BRIGHTNESS]
        walk(v, voices, readers, tone, frame // _FRAMES - 1, True)
        steer(v, voices, readers, aims, begin, seats, bowings, tone, tension, brightness, frame)
    else:
        leave(v, readers, aims, begin)
    _fetch(v, 0, int(readers[v, 0, POSITION]), tables, voices, aims, begin)
    for q in range(begin, end):
        frame = run_frame + q * _FRAMES
        tension, brightness = controls[done + q + 1, TENSION], controls[done + q + 1, BRIGHTNESS]
        walk(v, voices, readers, tone, frame // _FRAMES, False)
        steer(v, voices, readers, aims, q + 1, seats, bowings, tone, tension, brightness, frame + _FRAMES)
