"""What Prefect shows as one step of a run."""
