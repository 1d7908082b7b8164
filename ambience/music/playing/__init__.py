"""What all parts share of a player's craft: touch, breath, hairpins, registers, rhythmic cells."""
