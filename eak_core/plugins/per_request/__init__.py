"""What happens anew in each request: the gate, what pages ask of plugins, what failed in it."""
