"""Operations: health and metrics pages, maintenance of the log, export."""
