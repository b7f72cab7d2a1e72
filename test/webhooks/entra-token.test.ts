import assert from 'node:assert/strict'
import { test } from 'uvu'
import { EntraTokens } from '../../src/webhooks/entra-token.ts'
import { clockAt } from '../support/clock-at.ts'
import { audience, startEntraIssuer, tenantId } from '../support/entra-issuer.ts'

const start = Date.parse('2027-01-01T12:00:00Z')

test('keys that cannot be had are asked for again after half a minute, whoever calls meanwhile', async () => {
	await using issuer = await startEntraIssuer()
	const clock = clockAt('2027-01-01T12:00:00Z')
	const tokens = new EntraTokens(clock)
	const authorization = `Bearer ${await issuer.token({}, {}, start)}`
	const check = async () => (await tokens.check({ tenantId, audience, authority: issuer.url }, { authorization })).kind
	issuer.status = 500
	for (let count = 0; count < 20; count++) assert.equal(await check(), 'unavailable')
	issuer.status = 200
	clock.move(29_999)
	assert.deepEqual([await check(), issuer.requests.length], ['unavailable', 1])
	clock.move(1)
	assert.deepEqual([await check(), issuer.requests.length], ['valid', 2])
})

test('each tenant has its own keys, and rules of one tenant share them', async () => {
	await using one = await startEntraIssuer()
	await using other = await startEntraIssuer()
	const tokens = new EntraTokens(clockAt('2027-01-01T12:00:00Z'))
	const authorization = `Bearer ${await one.token({}, {}, start)}`
	const check = async (authority: string, rule = {}) =>
		(await tokens.check({ tenantId, audience, authority, ...rule }, { authorization })).kind
	assert.deepEqual(
		[await check(one.url), await check(one.url, { tenantId: tenantId.toUpperCase() }), await check(other.url)],
		['valid', 'valid', 'invalid'],
	)
	assert.deepEqual([one.requests.length, other.requests.length], [1, 1])
})

test.run()
