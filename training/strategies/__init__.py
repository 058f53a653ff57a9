"""Ways to put a trainable LoRA adapter on a base model."""
