"""What a ballot is: prepared, timed, found, decided upon; nothing here reads a vote."""
