"""Make the examples in this folder anew: sound, MIDI, sidecar and a picture of every preset.

With the extra ``plots`` installed: ``python renders/refresh.py [PRESET ...]``.
"""

import json
import sys
from pathlib import Path

import matplotlib
import numpy as np
import soundfile

import ambience

matplotlib.use("Agg")
from matplotlib import pyplot as plt

HERE = Path(__file__).parent
EXAMPLES_S = {"single-piece": None, "opening": 150.0, "oxygen": 90.0, "battle": 60.0, "drift": 90.0}  # None: whole
GROUP_COLORS = {
    "drones": "#5b6c9e", "theme": "#d9a441", "orchestra": "#a8674a", "percussion": "#c0453c", "body": "#7fa08b",
    "fx": "#8a8a8a",
}  # fmt: skip
INK, PAPER = "#d8d8e0", "#0e1016"
WINDOW_FRAMES, COLUMNS = 4096, 1500


def spectrogram(samples, sample_rate_hz):
    """Return times, frequencies and levels in dB of a mono mix, loudest of each column."""
    starts = np.linspace(0, len(samples) - WINDOW_FRAMES, 4 * COLUMNS).astype(int)
    window = np.hanning(WINDOW_FRAMES)
    spectra = [np.abs(np.fft.rfft(samples[s : s + WINDOW_FRAMES] * window)) for s in starts]
    levels = np.max(np.reshape(spectra, (COLUMNS, 4, -1)), axis=1).T
    frequencies_hz = np.fft.rfftfreq(WINDOW_FRAMES, 1 / sample_rate_hz)
    return starts[::4] / sample_rate_hz, frequencies_hz, 20 * np.log10(levels / WINDOW_FRAMES + 1e-9)


def draw(audio, score, path):
    """Draw one picture: states and tension above, spectrogram, piano roll by stem group."""
    samples, rate = soundfile.read(audio)
    plt.style.use("dark_background")
    figure, (top, middle, bottom) = plt.subplots(
        3, 1, figsize=(16, 10), height_ratios=(1, 3, 3), sharex=True, facecolor=PAPER, layout="constrained"
    )
    points = score.controls
    top.fill_between([p.at_s for p in points], [p.controls.tension for p in points], color="#c0453c", alpha=0.5, lw=0)
    top.set(ylim=(0, 1.25), ylabel="tension", title=f"{score.title}, seed {score.seed}")
    for section in score.sections:
        top.text(section.at_s, 1.06, f" {section.state}", color=INK, fontsize=11)
    times_s, frequencies_hz, levels_db = spectrogram(samples.mean(axis=1), rate)
    middle.pcolormesh(times_s, frequencies_hz[2:], levels_db[2:], vmin=-105, vmax=-35, cmap="magma", rasterized=True)
    middle.set(yscale="log", ylim=(30, 16_000), ylabel="frequency (Hz)")
    for track in score.tracks:
        spans = [(score.second_at(n.onset_beats), score.second_at(n.end_beats), n) for n in track.notes]
        for start_s, end_s, note in spans:
            bottom.plot(
                (start_s, end_s), (note.pitch_midi,) * 2, color=GROUP_COLORS[track.stem], lw=2,
                alpha=0.35 + 0.65 * note.velocity, solid_capstyle="butt",
            )  # fmt: skip
    for group, color in GROUP_COLORS.items():
        bottom.plot([], [], color=color, lw=3, label=group)
    bottom.legend(loc="upper right", ncols=6, frameon=False, fontsize=9)
    bottom.set(ylabel="MIDI note", xlabel="seconds", xlim=(0, score.length_s), ylim=(20, 105))
    for axis in (top, middle, bottom):
        axis.set_facecolor(PAPER)
        for section in score.sections:
            axis.axvline(section.at_s, color=INK, lw=0.6, alpha=0.5)
    figure.savefig(path, dpi=75, facecolor=PAPER)
    plt.close(figure)


def main():
    """Render and draw the presets named, or all of them."""
    for name in sys.argv[1:] or EXAMPLES_S:
        preset = ambience.load(name)
        duration_s = EXAMPLES_S[name] or preset.duration_s
        target = HERE / f"{name}.ogg"
        result = ambience.render(preset, target, duration_s=duration_s, force=True)
        score = ambience.compose(preset, duration_s=duration_s).score
        draw(target, score, HERE / f"{name}.png")
        print(json.dumps({"preset": name, "lufs": result.loudness.integrated_lufs, "speed": round(result.speed, 1)}))


if __name__ == "__main__":
    main()
