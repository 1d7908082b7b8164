"""One file is one send effect; the file name is the name in a preset."""
