"""One file per seller command."""
