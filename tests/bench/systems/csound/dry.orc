; The bus as it is.

instr 99
  outs gaLeft, gaRight
  gaLeft  = 0
  gaRight = 0
endin
