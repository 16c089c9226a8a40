"""The command line, for a person at a terminal."""
