"""One file is one timbre; the file name is the name in a preset."""
