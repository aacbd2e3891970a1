"""Platforms that are not there, as real servers."""
