"""The agent on a device: models in processes, asked over gRPC as Lookout for Vision's Edge Agent was."""
