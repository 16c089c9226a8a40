"""AWS's protocols and signatures, as facts and as arithmetic; knows nothing of what operations do."""
