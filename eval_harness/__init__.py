"""The evaluation harness, `sahayok-eval`."""
