"""Form: passages, their lengths, keys, tension and share of the theme, planned before the first bar."""
