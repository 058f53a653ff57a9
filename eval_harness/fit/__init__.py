"""Does a reply fit what the person feels: the judgement, its lexicon, and the sample that says how far to trust it."""
