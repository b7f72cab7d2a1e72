import { type Arbitrary, assert, asyncProperty, type Parameters, property } from 'fast-check'

/** FC_SEED repeats a run; FC_RUNS asks for more, as a night has time for. */
function settings(): Parameters<unknown> {
	const { FC_SEED, FC_RUNS } = process.env
	return { numRuns: Number(FC_RUNS ?? 200), ...(FC_SEED ? { seed: Number(FC_SEED) } : {}) }
}

/** Checks what must hold for any value; a failure names the seed and the smallest counterexample. */
export function forAny<Value>(values: Arbitrary<Value>, holds: (value: Value) => void): void {
	void assert(property(values, holds), settings() as Parameters<[Value]>)
}

/** The same for what takes a while; `runs` unless FC_RUNS says otherwise. */
export async function forAnyAsync<Value>(values: Arbitrary<Value>, runs: number, holds: (value: Value) => Promise<void>): Promise<void> {
	const { FC_RUNS } = process.env
	await assert(asyncProperty(values, holds), { ...settings(), numRuns: Number(FC_RUNS ?? runs) } as Parameters<[Value]>)
}
