"""Tests of the channels at wire level."""
