"""Pictures, boxes, masks and figures: numpy and Pillow, nothing above."""
