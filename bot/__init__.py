"""The running program: vocabulary, engine, channels, web."""
