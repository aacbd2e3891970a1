"""The report of a week or a month: which days it is about, its text, and the one thing worth a look. Pure."""
