"""Pictures, boxes and masks: numpy and Pillow, nothing above."""
