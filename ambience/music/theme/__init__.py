"""The theme: sketches are drawn, judged and harmonized, and the best of them becomes the piece."""
