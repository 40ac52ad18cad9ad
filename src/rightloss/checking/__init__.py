"""What `rightloss.check` is made of: its three ways in (live, file, source), the report, the settings, the walk."""
