"""The OSC door."""
