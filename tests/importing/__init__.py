"""Importing, exporting and erasing, against both databases."""
