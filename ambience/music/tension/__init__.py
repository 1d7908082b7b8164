"""Tension: measured on the notes, compared with what was asked for, and led there."""
