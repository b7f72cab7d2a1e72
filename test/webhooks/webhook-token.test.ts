import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { test } from 'uvu'
import { hashToken, newToken } from '../../src/access/token.ts'
import { tokenHashPattern, tokenInQuery, webhookUrl } from '../../src/webhooks/webhook-token.ts'
import { forAny } from '../support/properties.ts'

const base64url = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
const tokens = fc.string({ unit: fc.constantFrom(...base64url), minLength: 1, maxLength: 64 })

test('a new token is 32 random bytes that need no escaping in a URL', () => {
	const made = new Set(Array.from({ length: 100 }, newToken))
	assert.equal(made.size, 100)
	for (const token of made) {
		assert.match(token, /^[\w-]{43}$/)
		assert.equal(encodeURIComponent(token), token)
	}
})

test('what is kept of a token is the SHA-256 of its text', () => {
	assert.equal(hashToken('abc'), 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
	assert.match(hashToken(newToken()), tokenHashPattern)
})

test('for any token the URL that is shown gives it back', () => {
	forAny(tokens, (token) => {
		const url = webhookUrl('https://hooks.example/prefix', token)
		assert.deepEqual(tokenInQuery(url), { kind: 'token', token })
		assert.deepEqual(tokenInQuery(url.slice('https://hooks.example'.length)), { kind: 'token', token })
	})
})

test('for any text, percent-encoded, the query gives it back among other members', () => {
	forAny(fc.string({ unit: 'grapheme', minLength: 1 }), (token) => {
		const url = `/webhooks?sig=1&token=${encodeURIComponent(token)}&tokens=2`
		assert.deepEqual(tokenInQuery(url), { kind: 'token', token })
	})
})

test('for any token a changed character gives another hash', () => {
	forAny(fc.tuple(tokens, fc.nat(), fc.constantFrom(...base64url)), ([token, at, other]) => {
		const index = at % token.length
		fc.pre(token[index] !== other)
		assert.notEqual(hashToken(token.slice(0, index) + other + token.slice(index + 1)), hashToken(token))
	})
})

test('a plus in a token stays a plus', () => {
	assert.deepEqual(tokenInQuery('/webhooks?token=a+b%2Bc'), { kind: 'token', token: 'a+b+c' })
})

test('a query without exactly one readable token is refused', () => {
	const refused = [
		'/webhooks',
		'/webhooks?',
		'/webhooks?token',
		'/webhooks?token=',
		'/webhooks?Token=abc',
		'/webhooks?token=a&token=a',
		'/webhooks?token=a&token',
		'/webhooks?token=%',
		'/webhooks?token=%ff',
	]
	for (const url of refused) assert.equal(tokenInQuery(url).kind, 'invalid', url)
})

test.run()
