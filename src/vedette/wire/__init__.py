"""The protocols and signatures of AWS, as facts and as arithmetic; no room's business is known here."""
