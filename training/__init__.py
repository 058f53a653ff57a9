"""The training package: corpora, recipes, tokenizer, pretraining from scratch and adapter fine-tuning."""
