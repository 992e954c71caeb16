"""Looking at what was read: against the truth, and beside other ways of reading."""
