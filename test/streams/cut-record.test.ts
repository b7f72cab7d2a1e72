import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { test } from 'uvu'
import { STREAM_RECORD_BYTES_MAX } from '../../src/limits.ts'
import { recordJson } from '../../src/streams/cut-record.ts'
import { forAny } from '../support/properties.ts'

const bytesMax = 300

test('for any JSON value a record is valid JSON within the limit, and whole where it fits', () => {
	const texts = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 400 }),
		fc.string({ unit: fc.constantFrom('\u0000', '"', '\\', '\ud83d', '\ude00', 'é', '界', '😀', 'a'), maxLength: 400 }),
	)
	forAny(fc.oneof(fc.jsonValue(), texts, fc.array(texts), fc.dictionary(fc.string(), texts)), (value) => {
		const json = recordJson(value, bytesMax)
		const whole = JSON.stringify(value)
		assert.ok(Buffer.byteLength(json) <= bytesMax, `${Buffer.byteLength(json)} bytes`)
		if (Buffer.byteLength(whole) <= bytesMax) assert.equal(json, whole)
		else assert.match(JSON.parse(json), /… \[cut: \d+ bytes are more than the 300 that one record may have\]$/)
	})
})

test('a cut string keeps its beginning, and no character is cut in two', () => {
	const cut: string = JSON.parse(recordJson('😀'.repeat(500), bytesMax))
	assert.match(cut, /^(😀)+… \[cut: 2002 bytes/u)
	assert.equal(cut.isWellFormed(), true)
})

test('a cut object becomes the beginning of its JSON text', () => {
	assert.match(JSON.parse(recordJson({ text: 'x'.repeat(500) }, bytesMax)), /^\{"text":"x+… \[cut: 511 bytes/)
})

test('a record may have exactly as many bytes as the limit says', () => {
	const text = 'x'.repeat(STREAM_RECORD_BYTES_MAX - 2)
	assert.equal(recordJson(text), `"${text}"`)
	assert.match(recordJson(`${text}x`), /\[cut: 1048577 bytes are more than the 1048576 that one record may have\]"$/)
	assert.ok(recordJson(`${text}x`).length > STREAM_RECORD_BYTES_MAX / 2)
})

test('what JSON has no word for is null, and what cannot be JSON is a TypeError', () => {
	for (const value of [undefined, () => 1, Symbol('a'), Number.NaN]) assert.equal(recordJson(value), 'null')
	const ring: Record<string, unknown> = {}
	ring.self = ring
	for (const value of [1n, ring]) assert.throws(() => recordJson(value), TypeError)
})

test.run()
