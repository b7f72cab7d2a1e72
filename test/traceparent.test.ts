import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { readTraceparent } from '../src/traceparent.ts'
import { forAny } from './support/properties.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const span = 'b7ad6b7169203331'

test('a traceparent is taken as version 00 writes it', () => {
	const table: [string, string | undefined][] = [
		[`00-${trace}-${span}-01`, `00-${trace}-${span}-01`],
		[` 00-${trace}-${span}-00 `, `00-${trace}-${span}-00`],
		[`00-${trace}-${span}-03`, `00-${trace}-${span}-01`],
		[`cc-${trace}-${span}-01-what-the-future-brings`, `00-${trace}-${span}-01`],
		[`00-${trace}-${span}-01-more`, undefined],
		[`cc-${trace}-${span}-01more`, undefined],
		[`ff-${trace}-${span}-01`, undefined],
		[`00-${'0'.repeat(32)}-${span}-01`, undefined],
		[`00-${trace}-${'0'.repeat(16)}-01`, undefined],
		[`00-${trace.toUpperCase()}-${span}-01`, undefined],
		[`00-${trace}-${span}`, undefined],
		[`00-${trace}-${span}-01, 00-${trace}-${span}-01`, undefined],
		['', undefined],
	]
	for (const [given, read] of table) assert.equal(readTraceparent(given), read, given)
	assert.equal(readTraceparent(undefined), undefined)
	assert.equal(readTraceparent([`00-${trace}-${span}-01`]), undefined)
})

test('for any text the answer is undefined or a traceparent that reads as itself', () => {
	const character = fc.constantFrom(...'0123456789abcdef-')
	const near = fc.string({ unit: character, minLength: 50, maxLength: 60 })
	const whole = fc
		.tuple(
			...[2, 32, 16, 2].map((length) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })),
		)
		.map((parts) => parts.join('-'))
	forAny(fc.oneof(fc.string(), near, whole), (text) => {
		const read = readTraceparent(text)
		assert.ok(read === undefined || readTraceparent(read) === read)
	})
})

test.run()
