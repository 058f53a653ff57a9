"""What people read: the table in the terminal, and the report of one or several record sets as HTML or Markdown."""
