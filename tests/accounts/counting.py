"""The portal's own hasher, which also takes down that it was asked."""

from portal.accounts.hashing import BoundedArgon2PasswordHasher

asked = []


class CountingHasher(BoundedArgon2PasswordHasher):
    def encode(self, password, salt):
        asked.append("encode")
        return super().encode(password, salt)

    def verify(self, password, encoded):
        asked.append("verify")
        return super().verify(password, encoded)
