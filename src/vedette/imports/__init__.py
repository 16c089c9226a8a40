"""Pictures and labels brought into a project's datasets: read, shown, mended, then taken in.

    values.py    what an import is: its source, its options, its states
    tables.py    where imports lie until they are over
    pieces.py    what a browser sends of its files, piece by piece, and the folder that becomes of it
    buckets.py   the same folder out of a prefix in a bucket
    mask_drawings.py   masks of a source's shapes; drawn_masks.py puts them beside their pictures
    naming.py    which picture a label file means
    staging.py   the folder's labels as lines, each with what is wrong with it; pure
    blocks.py    lines as they lie in the table, 1,024 a row, with what they come to
    advice.py    what mends which problem
    counting.py  what lines come to by label, and which of them would test
    mends.py     lines mended, one by one or all of a kind
    running.py   lines taken into datasets, a batch a transaction
    import_tools.py   what work on imports needs; source_reading.py reads a source into lines
    works.py     the kinds of jobs; imports.py the front

Nothing is added to a dataset before a person has seen what it will be. Knows no HTTP.
"""
