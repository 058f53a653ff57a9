"""Safety knows text and nothing of engines: the helplines, and the tables it reads."""
