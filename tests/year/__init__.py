"""A shop's year under the sandbox clock, checked against an independent re-computation (oracle.py)."""
