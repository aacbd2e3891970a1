"""One module per platform: wire ↔ event, text → wire; what it can do as data."""
