"""One file is one format and one library."""
