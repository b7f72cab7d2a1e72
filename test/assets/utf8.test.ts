import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { utf8At } from '../../src/assets/utf8.ts'
import { forAny } from '../support/properties.ts'

function decoded(bytes: Uint8Array): string {
	let text = ''
	for (let at = 0; at < bytes.length; ) {
		const { codePoint, end } = utf8At(bytes, at)
		if (codePoint !== -1) text += String.fromCodePoint(codePoint)
		assert.ok(end > at && end <= bytes.length)
		at = end
	}
	return text
}

test('for any text, its bytes are read as it, also behind bytes of something else', () => {
	forAny(fc.tuple(fc.uint8Array({ maxLength: 8 }), fc.string({ unit: 'binary' })), ([before, text]) => {
		const bytes = Buffer.from(text, 'utf8')
		assert.equal(decoded(bytes), text.toWellFormed())
		assert.ok(decoded(Buffer.concat([before, bytes])).endsWith(text.toWellFormed()))
	})
})

test('a character that the bytes end within is left out', () => {
	for (const text of ['é', '€', '😀'])
		for (let cut = 1; cut < Buffer.byteLength(text); cut++) assert.equal(decoded(Buffer.from(`ab${text}`).subarray(0, -cut)), 'ab')
	assert.equal(decoded(Buffer.from([0xff, 0x41, 0xc0, 0x80, 0xf4, 0x90, 0x80, 0x80])).replaceAll('\ufffd', ''), 'A')
})

test.run()
