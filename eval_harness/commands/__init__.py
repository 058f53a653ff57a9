"""The subcommands of `sahayok-eval`, a module each. None imports anything heavy before it is run."""
