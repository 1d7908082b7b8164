"""Make the examples in this folder anew: sound, MIDI, sidecar and a picture of every preset.

With the extra ``plots`` installed: ``python renders/refresh.py [PRESET ...]``.
"""

import json
import sys
from pathlib import Path

import ambience
from ambience.cli.look import sketch_file
from ambience.io.picture import save_picture
from ambience.io.plan import plan_of_score

HERE = Path(__file__).parent
EXAMPLES_S = {"single-piece": None, "opening": 150.0, "oxygen": 90.0, "battle": 60.0, "drift": 90.0}  # None: whole


def main():
    """Render and draw the presets named, or all of them."""
    for name in sys.argv[1:] or EXAMPLES_S:
        preset = ambience.load(name)
        duration_s = EXAMPLES_S.get(name) or preset.duration_s
        target = HERE / f"{name}.ogg"
        result = ambience.render(preset, target, duration_s=duration_s, force=True)
        score = ambience.compose(preset, duration_s=duration_s).score
        save_picture(HERE / f"{name}.png", sketch_file(target), plan_of_score(score), force=True)
        print(json.dumps({"preset": name, "lufs": result.loudness.integrated_lufs, "speed": round(result.speed, 1)}))


if __name__ == "__main__":
    main()
