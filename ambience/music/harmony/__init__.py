"""Harmony: chords, the plans by which they follow, where their tones lie, and how voices move between them."""
