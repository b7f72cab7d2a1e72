import assert from 'node:assert/strict'
import { test } from 'uvu'
import { sourceOf, WrongTokens } from '../../src/access/wrong-tokens.ts'
import { WRONG_TOKEN_ADDRESSES_MAX } from '../../src/limits.ts'

test('after twenty different wrong tokens within a minute an address is refused for its rest, and no other', () => {
	const wrong = new WrongTokens()
	for (let count = 0; count < 19; count++) wrong.note('10.0.0.1', `token ${count}`, 1_000 + count)
	assert.equal(wrong.refusedFor('10.0.0.1', 2_000), 0)
	wrong.note('10.0.0.1', 'token 19', 2_000)
	assert.equal(wrong.refusedFor('10.0.0.1', 2_000), 59_000)
	assert.equal(wrong.refusedFor('::ffff:10.0.0.1', 60_999), 1)
	assert.equal(wrong.refusedFor('10.0.0.2', 2_000), 0)
	assert.equal(wrong.refusedFor('10.0.0.1', 61_000), 0)
	wrong.note('10.0.0.1', 'again', 61_000)
	assert.equal(wrong.refusedFor('10.0.0.1', 61_001), 0)
})

test('the same wrong token again and again refuses nobody', () => {
	const wrong = new WrongTokens()
	for (let count = 0; count < 1_000; count++) wrong.note('10.0.0.1', 'expired', count)
	assert.equal(wrong.refusedFor('10.0.0.1', 1_000), 0)
})

test('a clock that is set back refuses nobody for longer', () => {
	const wrong = new WrongTokens()
	for (let count = 0; count < 20; count++) wrong.note('10.0.0.1', `token ${count}`, 1_000_000)
	assert.equal(wrong.refusedFor('10.0.0.1', 500_000), 0)
})

test('addresses of one IPv6 network count together, and so many networks are remembered, the newest', () => {
	assert.equal(sourceOf('2001:db8::1'), sourceOf('2001:db8:0:0:ffff::2'))
	assert.equal(sourceOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
	assert.notEqual(sourceOf('2001:db8::1'), sourceOf('2001:db8:0:1::1'))
	const wrong = new WrongTokens()
	for (let count = 0; count < 20; count++) wrong.note(`2001:db8::${count}`, `token ${count}`, 0)
	assert.ok(wrong.refusedFor('2001:db8::abcd', 1) > 0)
	for (let count = 0; count < WRONG_TOKEN_ADDRESSES_MAX; count++) wrong.note(`host ${count}`, 'x', 1)
	assert.equal(wrong.refusedFor('2001:db8::1', 2), 0)
})

test.run()
