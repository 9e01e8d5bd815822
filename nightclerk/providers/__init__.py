"""The ways to reach a model: one file each behind one protocol, with the model catalog and the dated price book as data."""
