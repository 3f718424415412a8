/* The plain loop that the lab's native run is measured against: a processor with a TLB of sets of four ways walks four-level tables
 * in an array of frames. No store, no steps, no events: what somebody would write who wants only the counts.
 * Reads operations and memory from the file named first, repeats the whole as often as said second, prints seconds and counts. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { READ, WRITE, FETCH, LOCKED_AND, EXCHANGE, LOAD_CR3, INVALIDATE };
enum { P = 1, W = 2, U = 4, A = 0x20, D = 0x40 };
enum { WAYS = 4 };

typedef struct {
  uint64_t page;
  uint32_t frame, rights; /* P: in use */
} Entry;

static uint32_t frames, sets, count;
static uint64_t *memory, root;
static Entry *tlb;
static uint8_t *turn;
static uint64_t hits, fills, walks, reads, faults, marks, cr3s, invlpgs;

static Entry *lookup(uint64_t page) {
  Entry *set = tlb + (page & (sets - 1)) * WAYS;
  for (int way = 0; way < WAYS; way++)
    if ((set[way].rights & P) && set[way].page == page) return set + way;
  return 0;
}

static Entry *room(uint64_t page) {
  uint32_t nth = page & (sets - 1);
  Entry *set = tlb + nth * WAYS;
  for (int way = 0; way < WAYS; way++)
    if (!(set[way].rights & P)) return set + way;
  uint8_t way = turn[nth];
  turn[nth] = (way + 1) % WAYS;
  return set + way;
}

/* Whether user or kernel may; CR0.WP is set. */
static int allowed(uint32_t rights, int write, int user) {
  if (user && !(rights & U)) return 0;
  return !write || (rights & W);
}

static int walk(uint64_t va, int write, int user, Entry *known) {
  uint64_t *path[4], table = root;
  uint32_t rights = W | U;
  walks++;
  for (int level = 3; level >= 0; level--) {
    uint64_t *entry = memory + table * 512 + ((va >> (12 + 9 * level)) & 511);
    reads++;
    if (!(*entry & P)) return 0;
    path[level] = entry;
    rights &= *entry | ~(uint32_t)(W | U);
    table = (*entry >> 12) & 0xffffffffff;
  }
  if (!allowed(rights, write, user)) return 0;
  for (int level = 3; level >= 0; level--) {
    uint64_t wanted = level == 0 && write ? A | D : A;
    if ((*path[level] & wanted) != wanted) {
      *path[level] |= wanted;
      marks++;
    }
  }
  Entry *entry = known ? known : room(va >> 12);
  *entry = (Entry){va >> 12, table, P | rights | (*path[0] & D)};
  fills++;
  return 1;
}

static void run(const int32_t *code, const int32_t *vaHi, const int32_t *vaLo, const int32_t *hi, const int32_t *lo) {
  uint64_t sink = 0;
  for (uint32_t i = 0; i < count; i++) {
    int kind = code[i] & 15, width = (code[i] >> 4) & 15, user = (code[i] >> 8) & 1;
    uint64_t va = (uint64_t)(uint32_t)vaHi[i] << 32 | (uint32_t)vaLo[i];
    uint64_t value = (uint64_t)(uint32_t)hi[i] << 32 | (uint32_t)lo[i];
    if (kind == LOAD_CR3) {
      root = value >> 12;
      memset(tlb, 0, sets * WAYS * sizeof(Entry));
      cr3s++;
      continue;
    }
    if (kind == INVALIDATE) {
      Entry *entry = lookup(va >> 12);
      if (entry) entry->rights = 0;
      invlpgs++;
      continue;
    }
    int write = kind != READ && kind != FETCH;
    Entry *entry = lookup(va >> 12);
    if (entry && allowed(entry->rights, write, user) && (!write || (entry->rights & D))) {
      hits++;
    } else {
      if (!walk(va, write, user, entry)) {
        faults++;
        continue;
      }
      entry = lookup(va >> 12);
    }
    uint8_t *at = (uint8_t *)(memory + (uint64_t)entry->frame * 512) + (va & 0xfff);
    uint64_t old = 0;
    if (kind != WRITE) memcpy(&old, at, width);
    if (kind == LOCKED_AND) value &= old;
    if (write) memcpy(at, &value, width);
    sink += old;
  }
  if (sink == 42) puts("");
}

static void *column(FILE *file, size_t bytes) {
  void *all = malloc(bytes ? bytes : 1);
  if (fread(all, 1, bytes, file) != bytes) exit(2);
  return all;
}

int main(int argc, char **argv) {
  FILE *file = argc > 2 ? fopen(argv[1], "rb") : 0;
  uint32_t head[5]; /* operations, frames, entries of the TLB, root, words of memory */
  if (!file || fread(head, 4, 5, file) != 5) return 2;
  count = head[0];
  frames = head[1];
  sets = head[2] / WAYS;
  int32_t *c = column(file, 4ul * count), *ah = column(file, 4ul * count), *al = column(file, 4ul * count);
  int32_t *vh = column(file, 4ul * count), *vl = column(file, 4ul * count);
  uint32_t *words = column(file, 12ul * head[4]);
  double best = 1e9;
  for (int i = 0; i < atoi(argv[2]); i++) {
    memory = calloc(frames, 4096);
    for (uint32_t w = 0; w < head[4]; w++) ((uint32_t *)memory)[words[3 * w] * 1024ul + words[3 * w + 1]] = words[3 * w + 2];
    tlb = calloc(sets * WAYS, sizeof(Entry));
    turn = calloc(sets, 1);
    root = head[3];
    hits = fills = walks = reads = faults = marks = cr3s = invlpgs = 0;
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    run(c, ah, al, vh, vl);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double took = (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9;
    if (took < best) best = took;
    free(memory);
    free(tlb);
    free(turn);
  }
  printf("seconds %.9f hits %lu fills %lu walks %lu reads %lu faults %lu marks %lu cr3 %lu invlpg %lu\n", best, hits, fills, walks,
         reads, faults, marks, cr3s, invlpgs);
  return 0;
}
