"""The HTTP side: callbacks, sandbox, health, metrics, pages."""
