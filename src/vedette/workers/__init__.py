"""What runs in other processes, by the names of engines/jobs.py. Nobody imports this room."""
