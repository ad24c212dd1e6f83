"""What we are measured beside: the same work done with other tools, set up as their own pages say."""
