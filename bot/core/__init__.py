"""The vocabulary that every room speaks: plain data, no I/O."""
