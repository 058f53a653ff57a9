"""This project's tasks inside the harnesses of others: lm-evaluation-harness and inspect_ai.

Both ask the same items through the same engines and are scored by the same metrics, so that the same replies have the
same numbers there as in `sahayok-eval score`. Neither package is imported unless its adapter is used.
"""
