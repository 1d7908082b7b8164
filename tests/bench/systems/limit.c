// The compiled limit: the same work in C, on one thread, written as fast as one sine after the other, or saw, can be.
//   cc -O3 -march=native -ffast-math limit.c -o limit -lm
//   ./limit drones|strings SECONDS NOTES.txt OUT.wav      ./limit hall SECONDS DRY.wav OUT.wav
// A lane is a drone, a string note or a line of the hall, sixteen abreast: nothing is ever summed across time.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, BLOCK = 64, WIDE = 16, PARTIALS = 16, SAWS = 7, NOTES = 64, REACH = 8192 };
typedef float lanes __attribute__((vector_size(4 * WIDE)));
typedef int masks __attribute__((vector_size(4 * WIDE)));

#define GOLDEN 0.6180339887
#define ROOT2 0.4142135624
#define ROOT3 0.7320508076
#define ROOT5 0.2360679775

static float scatter(double number, double root) { return number * root - floor(number * root); }

// The sine of a phase in cycles, to 3e-4: a parabola, and its square to bend it.
static inline lanes sine(lanes cycles) {
  lanes x;
  for (int l = 0; l < WIDE; l++) x[l] = cycles[l] - rintf(cycles[l]);
  lanes size = (lanes)((masks)x & 0x7fffffff), y = x * (8 - 16 * size);
  return y * (0.775f + 0.225f * (lanes)((masks)y & 0x7fffffff));
}
static inline lanes positive(lanes x) { return (lanes)((masks)x & (x > 0)); }
static inline lanes wrapped(lanes x) { return x - (lanes)((x >= 1) & 0x3f800000); }  // the bits of 1.0f

// A two-pole low-pass, trapezoidal: A. Simper, "Solving the continuous SVF equations", 2013.
typedef struct { lanes s1, s2, a1, a2, a3, left, right; } Filter;
static void tune(Filter *f, int lane, float cutoff_hz, float q) {
  float g = tanf((float)M_PI * cutoff_hz / RATE), a1 = 1 / (1 + g * (g + 1 / q));
  f->a1[lane] = a1; f->a2[lane] = g * a1; f->a3[lane] = g * g * a1;
}
static inline lanes filtered(Filter *f, lanes x) {
  lanes high = x - f->s2, band = f->a1 * f->s1 + f->a2 * high, low = f->s2 + f->a2 * f->s1 + f->a3 * high;
  f->s1 = 2 * band - f->s1; f->s2 = 2 * low - f->s2;
  return low;
}
static inline void place(Filter *f, int lane, float pan, float gain) {
  float angle = (pan + 1) * (float)M_PI / 4;
  f->left[lane] = gain * cosf(angle); f->right[lane] = gain * sinf(angle);
}
static inline float total(lanes x) { float sum = 0; for (int l = 0; l < WIDE; l++) sum += x[l]; return sum; }

typedef struct { int number; float onset_s, hz, pan; } Note;
static Note notes[1 << 20];
static long n_notes;

static void read_notes(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) exit(2);
  for (Note *n = notes; fscanf(file, "%*s %d %f %f %f", &n->number, &n->onset_s, &n->hz, &n->pan) == 4; n++) n_notes++;
  fclose(file);
}

static FILE *wav(const char *path, long frames) {
  unsigned head[11] = {0x46464952, 36 + 8 * frames, 0x45564157, 0x20746d66, 16, 3 | 2 << 16, RATE, 8 * RATE,
                       8 | 32 << 16, 0x61746164, 8 * frames};
  FILE *file = fopen(path, "wb");
  if (!file) exit(2);
  fwrite(head, sizeof head, 1, file);
  return file;
}

static FILE *samples_of(const char *path) {
  FILE *file = fopen(path, "rb");
  unsigned chunk[2];
  if (!file || fseek(file, 12, SEEK_SET)) exit(2);
  while (fread(chunk, sizeof chunk, 1, file) == 1 && chunk[0] != 0x61746164) fseek(file, chunk[1] + (chunk[1] & 1), SEEK_CUR);
  return file;
}

// Drones -----------------------------------------------------------------------------------------------------------------

enum { BANKS = 2 };
typedef struct { lanes hz, drift_hz, drift, swell_hz, swell, strength, phase, level; } Partial;

static void drones(FILE *out, long blocks) {
  static Partial partials[BANKS][PARTIALS];
  static Filter filters[BANKS];
  static lanes sum[BANKS][BLOCK];
  for (int b = 0; b < BANKS; b++) for (int k = 0; k < PARTIALS; k++) for (int l = 0; l < WIDE; l++) {
    Note *n = &notes[b * WIDE + l];
    Partial *p = &partials[b][k];
    double spot = n->number * 16 + k + 1;
    p->hz[l] = n->hz * (k + 1); p->strength[l] = powf(k + 1, -0.8f); p->phase[l] = scatter(spot, GOLDEN);
    p->drift_hz[l] = 0.03f + 0.17f * scatter(spot, GOLDEN); p->drift[l] = scatter(spot, ROOT2);
    p->swell_hz[l] = 0.02f + 0.28f * scatter(spot, ROOT3); p->swell[l] = scatter(spot, ROOT5);
  }
  for (long block = 0; block < blocks; block++) {
    float time_s = (float)block * BLOCK / RATE, frames[BLOCK][2];
    memset(sum, 0, sizeof sum);
    for (int b = 0; b < BANKS; b++) {
      for (int k = 0; k < PARTIALS; k += 4) {  // four at a time: while one waits for its product, the others go on
        lanes x[4], y[4], turn_x[4], turn_y[4], level[4], slope[4];
        for (int j = 0; j < 4; j++) {
          Partial *p = &partials[b][k + j];
          lanes step = p->hz * (1 + 0.004f * sine(p->drift_hz * time_s + p->drift)) / RATE;
          lanes aim = p->strength * (0.6f + 0.4f * sine(p->swell_hz * time_s + p->swell));
          x[j] = sine(p->phase + 0.25f); y[j] = sine(p->phase); turn_x[j] = sine(step + 0.25f); turn_y[j] = sine(step);
          level[j] = p->level; slope[j] = (aim - p->level) / BLOCK; p->level = aim;
          p->phase += step * BLOCK;
          for (int l = 0; l < WIDE; l++) p->phase[l] -= floorf(p->phase[l]);
        }
        for (int n = 0; n < BLOCK; n++) for (int j = 0; j < 4; j++) {
          sum[b][n] += level[j] * y[j];
          level[j] += slope[j];
          lanes x_next = x[j] * turn_x[j] - y[j] * turn_y[j];
          y[j] = x[j] * turn_y[j] + y[j] * turn_x[j]; x[j] = x_next;
        }
      }
      for (int l = 0; l < WIDE; l++) {
        Note *n = &notes[b * WIDE + l];
        float sweep = sinf(2 * M_PI * (time_s * (0.02f + 0.13f * scatter(n->number, GOLDEN)) + scatter(n->number, ROOT3)));
        float way = sinf(2 * M_PI * (time_s * (0.02f + 0.08f * scatter(n->number, ROOT5)) + scatter(n->number, GOLDEN)));
        tune(&filters[b], l, (600 + 1900 * scatter(n->number, ROOT2)) * exp2f(1.5f * sweep), 2 + 2 * scatter(n->number, ROOT3));
        place(&filters[b], l, n->pan + 0.3f * way, 0.01f);
      }
    }
    for (int n = 0; n < BLOCK; n++) {
      lanes left = {}, right = {};
      for (int b = 0; b < BANKS; b++) {
        lanes dark = filtered(&filters[b], sum[b][n]);
        left += dark * filters[b].left; right += dark * filters[b].right;
      }
      frames[n][0] = total(left); frames[n][1] = total(right);
    }
    fwrite(frames, sizeof frames, 1, out);
  }
}

// Strings ----------------------------------------------------------------------------------------------------------------

enum { DESKS = NOTES / WIDE };
static const float CENTS[SAWS] = {-11, -7, -3, 0, 3, 7, 11};
static const double FIRST[SAWS] = {0, 0, 0, 0, 0.5, 0.5, 0.5}, ROOT[SAWS] = {GOLDEN, ROOT2, ROOT3, ROOT5, GOLDEN, ROOT2, ROOT3};

// A curve through points, straight or in equal ratios.
static float curve(float at_s, const float *levels, const float *times_s, int legs, int ratios) {
  for (int i = 0; i < legs; at_s -= times_s[i++])
    if (at_s < times_s[i]) {
      float x = at_s / times_s[i];
      return ratios ? levels[i] * powf(levels[i + 1] / levels[i], x) : levels[i] + x * (levels[i + 1] - levels[i]);
    }
  return levels[legs];
}

static void strings(FILE *out, long blocks) {
  static lanes phase[DESKS][SAWS], sum[DESKS][BLOCK];
  static Filter filters[DESKS];
  static Note sounding[NOTES];
  const float force[] = {0, 1, 0.7f, 0.7f, 0}, force_s[] = {1.5f, 1, 3, 2.5f};
  const float color[] = {400, 4000, 1200, 1200, 400}, color_s[] = {2, 3, 0.5f, 2.5f};
  lanes gain[DESKS] = {};
  long next = 0;
  for (long block = 0; block < blocks; block++) {
    float time_s = (float)block * BLOCK / RATE, frames[BLOCK][2];
    for (; next < n_notes && notes[next].onset_s <= time_s; next++) {
      int slot = next % NOTES;
      Note *n = &sounding[slot];
      *n = notes[next];
      double late_s = (double)block * BLOCK / RATE - n->onset_s;  // so far its saws have come when the block begins
      for (int k = 0; k < SAWS; k++)
        phase[slot / WIDE][k][slot % WIDE] = scatter(1, FIRST[k] + n->number * ROOT[k] + late_s * n->hz * exp2(CENTS[k] / 1200));
    }
    for (int d = 0; d < DESKS; d++) {
      lanes hz = {}, slope = {};
      for (int l = 0; l < WIDE; l++) {
        Note *n = &sounding[d * WIDE + l];
        if (n->hz == 0) { hz[l] = 100; continue; }
        float age_s = time_s - n->onset_s;
        hz[l] = n->hz * (1 + 0.00231f * sinf(2 * M_PI * 5 * age_s));
        tune(&filters[d], l, curve(age_s, color, color_s, 4, 1), 1.2f);
        place(&filters[d], l, n->pan, 0.01f);
        slope[l] = (curve(age_s + (float)BLOCK / RATE, force, force_s, 4, 0) - gain[d][l]) / BLOCK;
      }
      memset(sum[d], 0, sizeof sum[d]);
      lanes x[SAWS], step[SAWS], slower[SAWS];
      for (int k = 0; k < SAWS; k++) {
        x[k] = phase[d][k]; step[k] = hz * exp2f(CENTS[k] / 1200) / RATE; slower[k] = 1 / step[k];
      }
      for (int n = 0; n < BLOCK; n++) for (int k = 0; k < SAWS; k++) {  // a parabola rounds the corner on either side
        lanes behind = positive(1 - x[k] * slower[k]), before = positive(1 + (x[k] - 1) * slower[k]);
        sum[d][n] += 2 * x[k] - 1 + behind * behind - before * before;
        x[k] = wrapped(x[k] + step[k]);
      }
      memcpy(phase[d], x, sizeof x);
      for (int n = 0; n < BLOCK; n++, gain[d] += slope) sum[d][n] = filtered(&filters[d], sum[d][n]) * gain[d];
    }
    for (int n = 0; n < BLOCK; n++) {
      lanes left = {}, right = {};
      for (int d = 0; d < DESKS; d++) { left += sum[d][n] * filters[d].left; right += sum[d][n] * filters[d].right; }
      frames[n][0] = total(left); frames[n][1] = total(right);
    }
    fwrite(frames, sizeof frames, 1, out);
  }
}

// Hall -------------------------------------------------------------------------------------------------------------------

// Sixteen lines that wander, feed one another (Householder), and lose bass, middle and top each at its own rate.
static void hall(FILE *in, FILE *out, long blocks) {
  static float line[WIDE][REACH + 2 * BLOCK];
  lanes delay, sway, low = {}, middle = {}, keep_low, keep_middle, keep_high, left_sign, right_sign;
  for (int l = 0; l < WIDE; l++) {
    delay[l] = RATE * 0.029f * powf(0.083f / 0.029f, (l + scatter(l + 1, GOLDEN)) / WIDE);
    sway[l] = 0.2f + 0.4f * scatter(l + 1, ROOT2);
    keep_middle[l] = powf(10, -3 * delay[l] / RATE / 8);
    keep_low[l] = powf(10, -3 * delay[l] / RATE / 9.2f); keep_high[l] = powf(10, -3 * delay[l] / RATE / 4.3f);
    left_sign[l] = (l ^ l >> 2) & 1 ? -0.25f : 0.25f; right_sign[l] = (l >> 1 ^ l >> 3) & 1 ? -0.25f : 0.25f;
  }
  for (long block = 0; block < blocks; block++) {
    float dry[BLOCK][2] = {}, wet[BLOCK][2], x[WIDE][BLOCK], sum[BLOCK] = {}, left[BLOCK] = {}, right[BLOCK] = {};
    if (fread(dry, sizeof dry, 1, in) != 1) memset(dry, 0, sizeof dry);
    long here = block * BLOCK, now = here & (REACH - 1);
    for (int l = 0; l < WIDE; l++) {
      float reach = delay[l] + 9.6f * sinf(2 * M_PI * (sway[l] * here / RATE));
      long whole = (long)reach + 1;
      float part = whole - reach, *from = &line[l][(here - whole) & (REACH - 1)];
      for (int n = 0; n < BLOCK; n++) x[l][n] = from[n] + part * (from[n + 1] - from[n]);
    }
    for (int n = 0; n < BLOCK; n++) {
      lanes y;
      for (int l = 0; l < WIDE; l++) y[l] = x[l][n];
      low += 0.028f * (y - low); middle += 0.42f * (y - middle);
      y = keep_low * low + keep_middle * (middle - low) + keep_high * (y - middle);
      for (int l = 0; l < WIDE; l++) x[l][n] = y[l];
    }
    for (int l = 0; l < WIDE; l++) for (int n = 0; n < BLOCK; n++) {
      sum[n] += x[l][n]; left[n] += left_sign[l] * x[l][n]; right[n] += right_sign[l] * x[l][n];
    }
    for (int n = 0; n < BLOCK; n++) { wet[n][0] = left[n]; wet[n][1] = right[n]; }
    for (int l = 0; l < WIDE; l++) for (int n = 0; n < BLOCK; n++) {
      line[l][now + n] = x[l][n] - sum[n] * (2.0f / WIDE) + dry[n][0] * left_sign[l] + dry[n][1] * right_sign[l];
      if (now <= BLOCK) line[l][REACH + now + n] = line[l][now + n];  // so that no block has to wrap while it is read
    }
    fwrite(wet, sizeof wet, 1, out);
  }
}

int main(int count, char **words) {
  if (count != 5) return 2;
  long blocks = lround(atof(words[2]) * RATE / BLOCK);
  FILE *out = wav(words[4], blocks * BLOCK);
  if (!strcmp(words[1], "hall")) hall(samples_of(words[3]), out, blocks);
  else read_notes(words[3]);
  if (!strcmp(words[1], "drones")) drones(out, blocks);
  if (!strcmp(words[1], "strings")) strings(out, blocks);
  return fclose(out) != 0;
}
