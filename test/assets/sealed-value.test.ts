import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { test } from 'uvu'
import { type SealedSubject, sealValue, secretKeyOf, UnsealError, unsealValue } from '../../src/assets/sealed-value.ts'
import { forAny } from '../support/properties.ts'

const key = secretKeyOf(Buffer.alloc(32, 1))
const other = secretKeyOf(Buffer.alloc(32, 2))
const subject: SealedSubject = { kind: 'variable', name: 'region' }

function reasonOf(read: () => unknown): string {
	try {
		return `read: ${read()}`
	} catch (error) {
		assert.ok(error instanceof UnsealError, String(error))
		return error.reason
	}
}

test('for any text, what was sealed is read by the same key for the same subject, and twice sealed is never the same', () => {
	const subjects = fc.record({ kind: fc.constantFrom('variable' as const, 'credential' as const), name: fc.string() })
	forAny(fc.tuple(fc.string({ unit: 'binary' }), subjects), ([text, of]) => {
		const sealed = sealValue(key, of, text)
		assert.equal(unsealValue([other, key], of, sealed), text)
		assert.notEqual(sealValue(key, of, text), sealed)
		assert.match(sealed, /^s1\.[0-9a-f]{16}\.[\w-]+$/)
	})
})

test('another key, another name and another kind are told apart from each other', () => {
	const sealed = sealValue(key, subject, 'text')
	assert.equal(unsealValue([key], { ...subject, name: 'REGION' }, sealed), 'text')
	assert.equal(
		reasonOf(() => unsealValue([other], subject, sealed)),
		'otherKey',
	)
	assert.equal(
		reasonOf(() => unsealValue([key], { ...subject, name: 'other' }, sealed)),
		'damaged',
	)
	assert.equal(
		reasonOf(() => unsealValue([key], { ...subject, kind: 'credential' }, sealed)),
		'damaged',
	)
	// A value cannot be passed off as another key's.
	const claimed = sealed.replace(key.keyId, other.keyId)
	assert.equal(
		reasonOf(() => unsealValue([{ ...key, keyId: other.keyId }], subject, claimed)),
		'damaged',
	)
})

test('for any character of a sealed value that is changed, added or taken away, it is not read', () => {
	const sealed = sealValue(key, subject, 'a secret text')
	const place = fc.nat(sealed.length - 1)
	const spoiled = fc.oneof(
		fc.tuple(place, fc.string({ minLength: 1, maxLength: 1 })).map(([at, text]) => sealed.slice(0, at) + text + sealed.slice(at + 1)),
		fc.tuple(place, fc.string({ minLength: 1, maxLength: 5 })).map(([at, text]) => sealed.slice(0, at) + text + sealed.slice(at)),
		place.map((length) => sealed.slice(0, length)),
	)
	forAny(spoiled, (text) => {
		if (text !== sealed)
			assert.match(
				reasonOf(() => unsealValue([key], subject, text)),
				/^(damaged|otherKey)$/,
			)
	})
})

test('for any bytes of another key nothing is read, and no message has a secret in it', () => {
	forAny(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
		const stranger = secretKeyOf(bytes)
		assert.throws(
			() => unsealValue([stranger], subject, sealValue(key, subject, 'a secret')),
			/is sealed with another key \([0-9a-f]{16}\)\.$/,
		)
	})
})

test('a key has 32 bytes, and its id tells nothing of it', () => {
	assert.throws(() => secretKeyOf(randomBytes(31)), /has 32 bytes, not 31/)
	assert.notEqual(key.keyId, other.keyId)
	assert.equal(Buffer.alloc(32, 1).toString('hex').includes(key.keyId), false)
})

test.run()
