"""What is known of a person, and where it comes from: read in their words, or said by the seller.

`words` finds what a text says of its writer, `filling` decides what of it enters the profile, `same` who is
one person with whom, `completeness` what is missing and the one thing to ask next.
"""
