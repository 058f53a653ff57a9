"""Tasks and a model for lm-evaluation-harness (lm_eval 0.4.13)."""
