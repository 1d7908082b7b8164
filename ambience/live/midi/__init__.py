"""The MIDI doors, inward and outward."""
