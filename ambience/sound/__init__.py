"""Sound: frames, hertz and gain; knows nothing of notes on paper."""
