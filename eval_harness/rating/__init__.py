"""People's ratings: a blind plan of what is shown, the terminal session, the offline form, and what the answers say."""
