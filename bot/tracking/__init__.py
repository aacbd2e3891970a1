"""Services that know where parcels are."""
