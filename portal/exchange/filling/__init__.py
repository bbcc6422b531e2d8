"""Other offices' forms, filled from the register (一表通): the sender's own workbook goes back."""
