"""What a public site owes its readers: who answers for it, what it keeps of them, how they write to
it; and what whoever runs it has not said yet."""
