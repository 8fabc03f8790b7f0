"""The proof of the network evaluator: an independent reading of the documentation, and tables."""
