; A sound file in one room, and nothing else.

sr = 48000
ksmps = $BLOCK
nchnls = 2
0dbfs = 1

instr 99
  aLeft, aRight diskin2 "$DRY", 1
  aWetL, aWetR $ROOM
  outs 0.3 * aWetL, 0.3 * aWetR
endin
