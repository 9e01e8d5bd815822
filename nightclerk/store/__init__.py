"""The only room that speaks SQL: tables, engine, writer thread, writes, reads, schema upgrade."""
