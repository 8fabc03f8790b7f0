"""How does `autograder watch` see, hear and draw? `files` sees, `keys` hears, `screen` draws, `session` decides."""
