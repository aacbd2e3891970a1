"""The project's own measurements: always a ratio to something in the same run, never a timed test."""
