"""A complaint from the first angry word to the follow-up: nine steps (PRACTICES 1–26, DESIGN §5)."""
