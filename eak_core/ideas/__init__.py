"""Ideas: what people propose, where each stands, and everything that shows them."""
