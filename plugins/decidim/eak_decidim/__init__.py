"""Ideas and comments of Decidim sites, read from the files that these export."""
