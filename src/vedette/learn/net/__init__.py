"""Networks: backbones, what they see of pictures, and the loop in which small networks learn from that.

It knows nothing of labels, boxes or masks; the rooms beside it, one a family of tasks, do.
"""
