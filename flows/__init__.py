"""What a schedule or a person can start: one file per flow, straight lines, no reading, no SQL, no provider."""
