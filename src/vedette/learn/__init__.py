"""Learning: from labelled pictures to a trained network. The only room, with workers, that reaches torch.

It knows pictures, labels and time budgets; it never knows HTTP, AWS or the database.
"""
