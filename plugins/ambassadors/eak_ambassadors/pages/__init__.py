"""What people see, and the forms they fill in."""
