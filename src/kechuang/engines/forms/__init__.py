"""Forms: definitions of answers, and how answers become values."""
