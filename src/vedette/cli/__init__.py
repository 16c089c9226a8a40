"""The command line: any room’s front, for a person at a terminal."""
