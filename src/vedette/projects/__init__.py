"""Projects and versions of both dialects, the tags of everything taggable, and client tokens."""
