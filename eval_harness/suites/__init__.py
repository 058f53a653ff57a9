"""What a model can be asked: the suites, and the words of those that are this harness's own."""
