"""The command line; importing it costs nothing, its commands are in `commands`."""
