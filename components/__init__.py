"""The platform's components: one concern a file, fed by arguments, never by configuration of their own."""
