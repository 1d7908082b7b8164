; The voices, and the bus onto which all of them sing.

sr = 48000
ksmps = $BLOCK
nchnls = 2
0dbfs = 1

#define GOLDEN #0.6180339887#          ; fractions of their multiples are scattered evenly over 0..1
#define ROOT2 #0.4142135624#
#define ROOT3 #0.7320508076#
#define ROOT5 #0.2360679775#

giSine ftgen 0, 0, 16384, 10, 1
gaLeft init 0
gaRight init 0

; Partial K of a drone: a sine that drifts by 0.4 % and swells between 0.2 and 1 of its strength, each at its own pace.
#define PARTIAL(K) #
iPlace$K.  = p4 * 16 + $K.
kDrift$K.  oscili 0.004, 0.03 + 0.17 * frac(iPlace$K. * $GOLDEN.), giSine, frac(iPlace$K. * $ROOT2.)
kSwell$K.  oscili 0.4, 0.02 + 0.28 * frac(iPlace$K. * $ROOT3.), giSine, frac(iPlace$K. * $ROOT5.)
aPart$K.   oscili (0.6 + kSwell$K.) * $K. ^ -0.8, p5 * $K. * (1 + kDrift$K.), giSine, frac(iPlace$K. * $GOLDEN.)
aSum       += aPart$K.
#

; A drone. p4 its number, p5 its fundamental in hertz, p6 its pan
instr 1
  aSum = 0
  $PARTIAL(1)
  $PARTIAL(2)
  $PARTIAL(3)
  $PARTIAL(4)
  $PARTIAL(5)
  $PARTIAL(6)
  $PARTIAL(7)
  $PARTIAL(8)
  $PARTIAL(9)
  $PARTIAL(10)
  $PARTIAL(11)
  $PARTIAL(12)
  $PARTIAL(13)
  $PARTIAL(14)
  $PARTIAL(15)
  $PARTIAL(16)
  kSweep oscili 1.5, 0.02 + 0.13 * frac(p4 * $GOLDEN.), giSine, frac(p4 * $ROOT3.)
  kWay   oscili 0.3, 0.02 + 0.08 * frac(p4 * $ROOT5.), giSine, frac(p4 * $GOLDEN.)
  aDark  lowpass2 aSum, (600 + 1900 * frac(p4 * $ROOT2.)) * octave(kSweep), 2 + 2 * frac(p4 * $ROOT3.)
  aLeft, aRight pan2 aDark * 0.01, 0.5 * (1 + p6 + kWay)
  gaLeft  += aLeft
  gaRight += aRight
endin

; A string note: seven saws. p4 its number, p5 its fundamental in hertz, p6 its pan
instr 2
  kVibrato oscili 0.00231, 5, giSine
  kPitch = p5 * (1 + kVibrato)
  aSaw1 vco2 1, kPitch * cent(-11), 0, 0.5, frac(p4 * $GOLDEN.)
  aSaw2 vco2 1, kPitch * cent(-7), 0, 0.5, frac(p4 * $ROOT2.)
  aSaw3 vco2 1, kPitch * cent(-3), 0, 0.5, frac(p4 * $ROOT3.)
  aSaw4 vco2 1, kPitch, 0, 0.5, frac(p4 * $ROOT5.)
  aSaw5 vco2 1, kPitch * cent(3), 0, 0.5, frac(0.5 + p4 * $GOLDEN.)
  aSaw6 vco2 1, kPitch * cent(7), 0, 0.5, frac(0.5 + p4 * $ROOT2.)
  aSaw7 vco2 1, kPitch * cent(11), 0, 0.5, frac(0.5 + p4 * $ROOT3.)
  kColor expseg 400, 2, 4000, 3, 1200, 0.5, 1200, 2.5, 400
  kForce linseg 0, 1.5, 1, 1, 0.7, 3, 0.7, 2.5, 0
  aBowed lowpass2 aSaw1 + aSaw2 + aSaw3 + aSaw4 + aSaw5 + aSaw6 + aSaw7, kColor, 1.2
  aLeft, aRight pan2 aBowed * kForce * 0.01, 0.5 * (1 + p6)
  gaLeft  += aLeft
  gaRight += aRight
endin
