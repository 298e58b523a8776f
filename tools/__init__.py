"""The makers' commands, one file a command: `python -m tools.NAME`."""
