"""Days, festivals and birthdays: pure reckoning with dates, in the shop's zone and the Chinese calendar."""
