"""One label a picture, or several: a linear probe on frozen features, and fine-tuning."""
