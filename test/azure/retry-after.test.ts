import { equal } from 'node:assert/strict'
import { test } from 'uvu'
import { pollWait, retryAfter } from '../../src/azure/retry-after.ts'

const now = Date.parse('2026-01-01T00:00:00Z')

for (const [status, headers, expected] of [
	[429, { 'retry-after': '20' }, 20_000],
	[503, { 'retry-after': '20' }, 20_000],
	[429, { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
	[429, { 'retry-after': 'Wed, 31 Dec 2025 00:00:30 GMT' }, 0],
	[429, { 'retry-after': '20', 'x-ms-retry-after-ms': '5' }, 5],
	[429, { 'x-ms-retry-after-ms': '5', 'retry-after-ms': '7' }, 7],
	[429, {}, undefined],
	[429, { 'retry-after': 'soon' }, undefined],
	[500, { 'retry-after': '20' }, undefined],
] as const) {
	test(`${status} with ${JSON.stringify(headers)} asks for ${expected} ms`, () => {
		equal(
			retryAfter(status, (name) => (headers as Record<string, string>)[name], now),
			expected,
		)
	})
}

for (const [header, expected] of [
	['3600', 3_600_000],
	['0', 0],
	['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
	['soon', undefined],
	[undefined, undefined],
] as const) {
	test(`a poll with ${header} asks for ${expected} ms`, () => {
		equal(pollWait(header, now), expected)
	})
}

test.run()
