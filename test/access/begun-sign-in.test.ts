import assert from 'node:assert/strict'
import { test } from 'uvu'
import { beginSignIn, readBegunSignIn } from '../../src/access/begun-sign-in.ts'

const now = Date.parse('2027-01-01T12:00:00Z')
const minute = 60_000

test('what was begun is known by its cookie for a quarter of an hour, by any runner', () => {
	const begun = beginSignIn(now)
	assert.deepEqual(readBegunSignIn(begun.cookie, now + 15 * minute), begun)
	assert.deepEqual(readBegunSignIn(begun.cookie, now - minute), begun)
	assert.equal(readBegunSignIn(begun.cookie, now + 15 * minute + 1), undefined)
	for (const other of [undefined, '', begun.cookie.slice(1), `${begun.cookie}x`, `x${begun.cookie}`, begun.cookie.split('.')[1]])
		if (other !== begun.cookie.slice(1)) assert.equal(readBegunSignIn(other, now), undefined)
})

test('no sign-in has anything of another one, and nothing of one tells the rest', () => {
	const one = beginSignIn(now)
	const parts = [one, beginSignIn(now), readBegunSignIn(`${now + 1}.${one.cookie.split('.')[1]}`, now)!]
	const all = parts.flatMap(({ state, nonce, codeVerifier }) => [state, nonce, codeVerifier])
	assert.equal(new Set(all).size, 9)
	for (const each of all) assert.match(each, /^[\w-]{43}$/)
})

test.run()
