"""How good a model is on pictures whose truth is known: figures, and their document. No HTML."""
