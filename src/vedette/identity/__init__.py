"""Authentication and authorisation: accounts, users, roles and their keys, and what a caller may do."""
