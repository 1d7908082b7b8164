; The bus in a room of eight lines, behind a limiter that looks 5 ms ahead.

instr 99
  aWetL, aWetR reverbsc gaLeft, gaRight, 0.95, 9000
  aMixL  = gaLeft + 0.35 * aWetL
  aMixR  = gaRight + 0.35 * aWetR
  aPeak  max aMixL, aMixR, -aMixL, -aMixR
  aLeft  compress2 aMixL, aPeak, -90, -1, -1, 100, 0.001, 0.12, 0.005
  aRight compress2 aMixR, aPeak, -90, -1, -1, 100, 0.001, 0.12, 0.005
  outs aLeft, aRight
  gaLeft  = 0
  gaRight = 0
endin
