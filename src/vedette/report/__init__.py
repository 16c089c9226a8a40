"""An evaluation for people to read: the report page with its charts and pictures, and the model card."""
