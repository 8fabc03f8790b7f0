"""What did the author write? Reading, decoding, defaulting and validating manifests, as kubectl and the API server do.

`load.load_text` and `load.load_paths` do all of it: they return objects, the problems that kubectl or the API
server would report, and what was ignored.
"""
