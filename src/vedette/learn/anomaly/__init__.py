"""Anomalies by picture: a bank of what is normal, and what labelled anomalies teach."""
