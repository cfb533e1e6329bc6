// The tiles of kernels/gemm_tile.go and kernels/attention.go in C, as a measure of what wasmbuild makes of them. They give the
// same bits. tile4's loop is not unrolled, which clang 14 and V8 together do best with: unrolled by hand or by pragma it takes
// 5% to 40% longer. Rows lie lda and ldc elements apart.
#include <wasm_simd128.h>

typedef unsigned u32;
typedef v128_t v;

#define COLS 8 // of a panel
#define QUERIES 24
#define KEYS 128

#define EXPORT(name) __attribute__((export_name(name)))
#define INLINE static inline __attribute__((always_inline))

INLINE v madd(v x, v y, v z) { return wasm_f32x4_add(wasm_f32x4_mul(x, y), z); }

static __attribute__((noinline)) void tile4(float *c, const float *a, const float *b, u32 k, u32 lda, u32 ldc) {
	const float *a1 = a + lda, *a2 = a1 + lda, *a3 = a2 + lda;
	v x0 = wasm_f32x4_const_splat(0), x1 = x0, x2 = x0, x3 = x0, y0 = x0, y1 = x0, y2 = x0, y3 = x0;
	for (u32 i = 0; i < k; i++) {
		v p = wasm_v128_load(b + COLS * i), q = wasm_v128_load(b + COLS * i + 4);
		v s = wasm_v128_load32_splat(a + i);
		x0 = madd(s, p, x0);
		y0 = madd(s, q, y0);
		s = wasm_v128_load32_splat(a1 + i);
		x1 = madd(s, p, x1);
		y1 = madd(s, q, y1);
		s = wasm_v128_load32_splat(a2 + i);
		x2 = madd(s, p, x2);
		y2 = madd(s, q, y2);
		s = wasm_v128_load32_splat(a3 + i);
		x3 = madd(s, p, x3);
		y3 = madd(s, q, y3);
	}
	wasm_v128_store(c, x0);
	wasm_v128_store(c + 4, y0);
	wasm_v128_store(c + ldc, x1);
	wasm_v128_store(c + ldc + 4, y1);
	wasm_v128_store(c + 2 * ldc, x2);
	wasm_v128_store(c + 2 * ldc + 4, y2);
	wasm_v128_store(c + 3 * ldc, x3);
	wasm_v128_store(c + 3 * ldc + 4, y3);
}

EXPORT("benchTile") u32 tile(float *c, const float *a, const float *panel, u32 iters) {
	for (u32 i = 0; i < iters; i++) tile4(c, a, panel, 512, 512, COLS);
	return 2 * 4 * COLS * 512;
}

static void product(float *c, const float *a, const float *panels, u32 k, u32 n, u32 lda, u32 ldc) {
	for (u32 j = 0; j < n; j += COLS) {
		for (u32 i = 0; i < QUERIES; i += 4) tile4(c + i * ldc + j, a + i * lda, panels + j * k, k, lda, ldc);
	}
}

INLINE v two_to(v x) {
	v biased = wasm_f32x4_const_splat(0x1.8p23f + 127);
	x = wasm_f32x4_pmax(x, wasm_f32x4_const_splat(-127));
	v shifted = wasm_f32x4_add(x, biased);
	v r = wasm_f32x4_sub(x, wasm_f32x4_sub(shifted, biased));
	v q = wasm_f32x4_const_splat(0x1.657ba2p-10f);
	q = madd(q, r, wasm_f32x4_const_splat(0x1.3d5aap-7f));
	q = madd(q, r, wasm_f32x4_const_splat(0x1.c6a2c2p-5f));
	q = madd(q, r, wasm_f32x4_const_splat(0x1.ebf80ap-3f));
	q = madd(q, r, wasm_f32x4_const_splat(0x1.62e438p-1f));
	q = madd(q, r, wasm_f32x4_const_splat(0x1.000002p0f));
	return wasm_f32x4_mul(q, wasm_i32x4_shl(shifted, 23));
}

INLINE float greatest(const float *x, u32 n) {
	v top0 = wasm_f32x4_const_splat(-__builtin_inff()), top1 = top0;
	for (u32 i = 0; i < n; i += 8) {
		top0 = wasm_f32x4_pmax(top0, wasm_v128_load(x + i));
		top1 = wasm_f32x4_pmax(top1, wasm_v128_load(x + i + 4));
	}
	top0 = wasm_f32x4_pmax(top0, top1);
	top0 = wasm_f32x4_max(top0, wasm_i32x4_shuffle(top0, top0, 2, 3, 2, 3));
	return wasm_f32x4_extract_lane(wasm_f32x4_max(top0, wasm_i32x4_shuffle(top0, top0, 1, 1, 1, 1)), 0);
}

INLINE float weigh(float *x, u32 n, v unit, v top) {
	v sum = wasm_f32x4_const_splat(0);
	for (u32 i = 0; i < n; i += 4) {
		v e = two_to(wasm_f32x4_sub(wasm_f32x4_mul(wasm_v128_load(x + i), unit), top));
		wasm_v128_store(x + i, e);
		sum = wasm_f32x4_add(sum, e);
	}
	sum = wasm_f32x4_add(sum, wasm_i32x4_shuffle(sum, sum, 2, 3, 2, 3));
	return wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1);
}

EXPORT("benchAttend") u32 attend(float *block, const float *q, const float *keys, const float *values, u32 iters) {
	float *scores = block + 2 * QUERIES, *out = scores + QUERIES * KEYS;
	float unit = 0.125f * 1.44269502f;
	for (u32 i = 0; i < iters; i++) {
		product(scores, q, keys, 64, KEYS, 64, KEYS);
		for (u32 row = 0; row < QUERIES; row++) {
			float top = greatest(scores + row * KEYS, KEYS) * unit;
			block[row] = top;
			block[QUERIES + row] = weigh(scores + row * KEYS, KEYS, wasm_f32x4_splat(unit), wasm_f32x4_splat(top));
		}
		product(out, scores, values, KEYS, 64, KEYS, 64);
	}
	return 2 * 2 * QUERIES * KEYS * 64;
}
