"""What runs in other processes, by the names in engines/jobs.py. No other room imports this one."""
