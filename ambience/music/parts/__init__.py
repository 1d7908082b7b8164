"""One file is one way of playing; the file name is the name in a preset."""
