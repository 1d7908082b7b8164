"""The composer at work: bar by bar along the course of the form, with bridges, wishes and deadlines."""
