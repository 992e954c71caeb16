"""Looking at what was read: against a platform's truth, and beside other ways of reading."""
