"""The ledger: who the motifs are, and where the notes let them be recognized."""
