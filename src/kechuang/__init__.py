"""kechuang (科创): a definition says what may be done; a person acts; the act leaves a record; numbers are counted."""
