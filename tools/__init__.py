"""Programs for the people who maintain Pod Guardrails. None of them is part of the installed package."""
