"""The way from the render thread to a sound card, a clock or a file."""
