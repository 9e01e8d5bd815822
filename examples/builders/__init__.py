"""Turn the texts of `examples/texts` into the files of `examples/inbox`; one module per file format."""
