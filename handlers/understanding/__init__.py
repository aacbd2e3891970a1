"""Text → what the buyer said: normalised text, tokens, products, questions."""
