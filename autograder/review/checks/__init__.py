"""What is looked for, one module a question. Each takes the scene and yields findings."""
