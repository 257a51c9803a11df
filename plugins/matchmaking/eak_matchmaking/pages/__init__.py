"""What people see of partners, and the forms they fill in."""
