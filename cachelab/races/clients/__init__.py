"""The client functions: run with recorded answers, and kept as automata."""
