"""The pages of accounts: the entrance, and proving again who one is."""
