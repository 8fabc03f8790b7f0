"""The tests of Pod Guardrails, a folder a package."""
