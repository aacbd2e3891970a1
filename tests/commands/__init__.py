"""What sellers type, from the line to the tables."""
