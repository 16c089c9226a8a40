"""Import and export of other formats of labelled pictures, by way of manifest lines.

Every format is two functions: one yields items from files, one writes items to files.
Pictures are never decoded; their sizes are read from the formats, or from their headers.
"""
