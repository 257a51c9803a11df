"""Who may do what as whom: roles, who stands in for whom, and what a person is as an actor."""
