"""Bells, timers and sending."""
