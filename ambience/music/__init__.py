"""Symbols: beats, note numbers and names; knows nothing of samples."""
