"""Ideas and comments of other sites, taken over from the files that these export."""
